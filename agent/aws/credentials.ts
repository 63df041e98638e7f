import { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { AwsSettings } from '../../config/config.ts';
import type { SecretRef } from '../../transports/transport.ts';
import { type Credentials, overHttp, reach } from './clients.ts';

const STS_ANSWER_MS = 10_000;
const STS_SOCKETS = 10;

type ReadSecret = (ref: SecretRef) => string;

/**
 * The identity that asks AWS: the role to assume if there is one, on behalf of the keys, the profile or the default
 * chain of the SDK. Temporary credentials are renewed before they end.
 * @throws when a secret cannot be read
 */
export function credentialsFor(aws: AwsSettings, secret: ReadSecret): Credentials {
  const { assume_role: role } = aws;
  const own = ownCredentials(aws, secret);
  if (role === undefined) return own;
  const { external_id: externalId } = role;
  return fromTemporaryCredentials({
    masterCredentials: own,
    params: {
      RoleArn: role.arn,
      RoleSessionName: role.session_name,
      ExternalId: typeof externalId === 'object' ? secret(externalId) : externalId,
    },
    clientConfig: stsConfig(aws),
  });
}

function ownCredentials(aws: AwsSettings, secret: ReadSecret): Credentials {
  const { access_key_id: accessKeyId, secret_access_key: secretKey, session_token: token, profile } = aws;
  if (accessKeyId !== undefined && secretKey !== undefined) {
    const sessionToken = token && secret(token);
    return { accessKeyId, secretAccessKey: secret(secretKey), ...(sessionToken && { sessionToken }) };
  }
  return fromNodeProviderChain({ ...(profile !== undefined && { profile }), clientConfig: stsConfig(aws) });
}

function stsConfig(aws: AwsSettings) {
  return { ...reach(aws, aws.region, aws.endpoints.sts), requestHandler: overHttp(aws, STS_ANSWER_MS, STS_SOCKETS) };
}
