import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions, SecureVersion } from 'node:tls';
import { DeliveryError, type SettingsSchema } from './transport.ts';

/** The `tls` section of a destination. `null` means not given. */
export interface TlsSettings {
  readonly ca_file: string | null;
  readonly cert_file: string | null;
  readonly key_file: string | null;
  readonly server_name: string | null;
  readonly min_version: 'TLSv1.2' | 'TLSv1.3';
}

/** The schema of the `tls` section. There is no setting that turns verification off. */
export const tlsSchema: SettingsSchema = {
  ca_file: {
    doc: 'PEM file with the certificate authorities to trust for this destination, instead of those that Node.js trusts. When a file of this section changes, connections are made anew within ten seconds or so; while the new files cannot be used, the old ones are.',
    format: 'file',
    default: null,
    example: '/etc/trailferry/ca.pem',
  },
  cert_file: {
    doc: 'PEM file with our client certificate and its chain, if the destination asks for one.',
    format: 'file',
    default: null,
    example: '/etc/trailferry/client.pem',
  },
  key_file: {
    doc: 'PEM file with the private key of `cert_file`, unencrypted and readable by the agent only.',
    format: 'file',
    default: null,
    example: '/etc/trailferry/client.key',
  },
  server_name: {
    doc: 'Name to ask for (SNI) and to check in the certificate, if it is not the name we connect to.',
    format: 'hostname',
    default: null,
    example: 'siem.corp.example',
  },
  min_version: {
    doc: 'Oldest TLS version to accept.',
    format: ['TLSv1.2', 'TLSv1.3'],
    default: 'TLSv1.2',
  },
};

/** Faults of the section that no single setting shows, as `[path, message]` below `tls`. */
export function checkTls(settings: TlsSettings): (readonly [path: string, message: string])[] {
  if ((settings.cert_file === null) === (settings.key_file === null)) return [];
  const missing = settings.cert_file === null ? 'cert_file' : 'key_file';
  return [[`tls.${missing}`, 'a client certificate needs both cert_file and key_file']];
}

/**
 * Options for `tls.connect` or an `https.Agent`, from files read at this moment. The certificate chain and the name are
 * always verified, whatever the environment says. The caller adds `host` and, if that is no address, `servername`
 * before these options, so that `server_name` wins.
 * @throws {DeliveryError} `TF-TLS-FILE` (blocked) when a file cannot be read, `TF-TLS-UNVERIFIED` (blocked) when
 * NODE_TLS_REJECT_UNAUTHORIZED=0 is set
 */
export function tlsOptions(settings: TlsSettings): ConnectionOptions {
  refuseUnverified();
  const minVersion: SecureVersion = settings.min_version;
  return {
    rejectUnauthorized: true,
    minVersion,
    ...(settings.ca_file === null ? {} : { ca: pem('ca_file', settings.ca_file) }),
    ...(settings.cert_file === null ? {} : { cert: pem('cert_file', settings.cert_file) }),
    ...(settings.key_file === null ? {} : { key: pem('key_file', settings.key_file) }),
    ...(settings.server_name === null ? {} : { servername: settings.server_name }),
  };
}

/**
 * End of validity of our client certificate, or `undefined` if there is none.
 * @throws {DeliveryError} `TF-TLS-FILE` (blocked) when the file cannot be read or holds no certificate
 */
export function clientCertificateEnd(settings: TlsSettings): Date | undefined {
  if (settings.cert_file === null) return undefined;
  const text = pem('cert_file', settings.cert_file);
  try {
    return new Date(new X509Certificate(text).validTo);
  } catch (cause) {
    throw fileFault('cert_file', settings.cert_file, 'holds no PEM certificate', cause);
  }
}

/** What the files of the section hold at one moment. */
export interface TlsFiles {
  readonly options: ConnectionOptions;
  readonly clientCertificateEnd: Date | undefined;
}

/** All that a handshake with `host` needs. @throws {DeliveryError} as `tlsOptions` and `clientCertificateEnd` */
export function readTlsFiles(settings: TlsSettings, host: string): TlsFiles {
  const name = isIP(host) === 0 ? { servername: host } : {};
  return {
    options: { host, ...name, ...tlsOptions(settings) },
    clientCertificateEnd: clientCertificateEnd(settings),
  };
}

function pem(setting: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw fileFault(setting, path, 'cannot be read', cause);
  }
}

function fileFault(setting: string, path: string, what: string, cause: unknown): DeliveryError {
  const remedy = `let tls.${setting} name a PEM file that the agent may read`;
  return new DeliveryError('TF-TLS-FILE', `tls.${setting}: ${path} ${what}`, { kind: 'blocked', remedy }, cause);
}

/** @throws {DeliveryError} `TF-TLS-UNVERIFIED` (blocked) when NODE_TLS_REJECT_UNAUTHORIZED=0 is set */
export function refuseUnverified(): void {
  if (process.env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') return;
  const remedy = 'remove NODE_TLS_REJECT_UNAUTHORIZED from the environment, and name the authority in tls.ca_file';
  throw new DeliveryError(
    'TF-TLS-UNVERIFIED',
    'NODE_TLS_REJECT_UNAUTHORIZED=0 asks for connections that verify nothing',
    { kind: 'blocked', remedy },
  );
}
