import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectAws } from '../../../agent/aws/connect.ts';
import type { AwsSettings, QueueSettings } from '../../../config/config.ts';
import { awsSettings, never, queueSettings } from './settings.ts';

const SECRET = 'canary-4f1c';
const QUEUE_URL = 'https://sqs.eu-west-1.amazonaws.com/111122223333/logs';
const secret = () => SECRET;

let server: Server;
let address: string;
/** Hosts that a proxy was asked to connect to. */
let tunnels: string[];
let requests: { readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: string }[];

/** Plays the proxy, which refuses every tunnel, and STS and SQS over HTTP. */
beforeEach(async () => {
  tunnels = [];
  requests = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    requests.push({ url: request.url ?? '', headers: request.headers, body });
    if (body.includes('Action=AssumeRole')) response.end(assumed());
    else response.setHeader('content-type', 'application/x-amz-json-1.0').end('{}');
  });
  server.on('connect', (request, socket) => {
    tunnels.push(request.url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function assumed(): string {
  const expiration = new Date(Date.now() + 3_600_000).toISOString();
  const keys = `<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>role-token</SessionToken>`;
  const credentials = `<Credentials>${keys}<Expiration>${expiration}</Expiration></Credentials>`;
  return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>${credentials}</AssumeRoleResult></AssumeRoleResponse>`;
}

/** The hosts that SQS and S3 are looked for at, as a proxy sees them. */
async function hosts(aws: Partial<AwsSettings>, queue: Partial<QueueSettings> = {}): Promise<string[]> {
  const proxied = { endpoints: {}, force_path_style: false, proxy: { url: address, no_proxy: [] }, ...aws };
  const source = connectAws(awsSettings('', proxied), secret)(queueSettings(QUEUE_URL, queue));
  await expect(source.queue.receive(1, 0, never)).rejects.toMatchObject({ code: 'TF-SQS-NET' });
  await expect(source.objects.open({ bucket: 'logs', key: 'k' }, never)).rejects.toMatchObject({ code: 'TF-S3-NET' });
  source.close();
  return [...new Set(tunnels)].sort();
}

describe('the hosts of AWS', () => {
  it('are that of the queue URL and that of the bucket, in the region of the queue', async () => {
    expect(await hosts({ region: 'us-east-1' })).toEqual([
      'logs.s3.eu-west-1.amazonaws.com:443',
      'sqs.eu-west-1.amazonaws.com:443',
    ]);
  });

  it('are FIPS endpoints for SQS too, whatever the queue URL says', async () => {
    expect(await hosts({ fips: true }, { region: 'us-east-1' })).toEqual([
      'logs.s3-fips.us-east-1.amazonaws.com:443',
      'sqs-fips.us-east-1.amazonaws.com:443',
    ]);
  });

  it('are dual-stack endpoints', async () => {
    expect(await hosts({ dual_stack: true })).toEqual([
      'logs.s3.dualstack.eu-west-1.amazonaws.com:443',
      'sqs.eu-west-1.api.aws:443',
    ]);
  });

  it('are the endpoints that were set, beside fips for the others', async () => {
    const sqs = 'https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com';
    expect(await hosts({ endpoints: { sqs }, fips: true }, { region: 'us-east-1' })).toEqual([
      'logs.s3-fips.us-east-1.amazonaws.com:443',
      'vpce-1.sqs.eu-west-1.vpce.amazonaws.com:443',
    ]);
  });
});

describe('the proxy', () => {
  it('is passed by for the hosts named', async () => {
    const proxy = { url: 'http://127.0.0.1:9', no_proxy: ['127.0.0.1'] };
    const source = connectAws(awsSettings(address, { proxy }), secret)(queueSettings(`${address}/1/q`));
    expect(await source.queue.receive(1, 0, never)).toEqual([]);
    source.close();
  });

  it('is not taken from the environment', async () => {
    process.env['HTTP_PROXY'] = 'http://127.0.0.1:9';
    const source = connectAws(awsSettings(address), secret)(queueSettings(`${address}/1/q`));
    const received = source.queue.receive(1, 0, never);
    await expect(received).resolves.toEqual([]);
    delete process.env['HTTP_PROXY'];
    source.close();
  });
});

describe('the identity', () => {
  const role = { arn: 'arn:aws:iam::111122223333:role/reader', session_name: 'trailferry' };

  async function receive(more: Partial<AwsSettings>): Promise<string> {
    const aws = awsSettings(address, { endpoints: { sts: address }, ...more });
    const source = connectAws(aws, (ref) => `${SECRET}-${Object.values(ref)[0]}`)(queueSettings(`${address}/1/q`));
    await source.queue.receive(1, 0, never);
    source.close();
    return requests.at(-1)?.headers.authorization ?? '';
  }

  it('is that of the keys', async () => {
    expect(await receive({ session_token: { env: 'TOKEN' } })).toContain('Credential=AKIDFAKE/');
    expect(requests.at(-1)?.headers['x-amz-security-token']).toBe(`${SECRET}-TOKEN`);
  });

  it('is that of the role, assumed with the external id on behalf of the keys', async () => {
    const external_id = { file: '/external-id' };
    expect(await receive({ assume_role: { ...role, external_id } })).toContain('Credential=ASIAROLE/');
    expect(requests.at(-1)?.headers['x-amz-security-token']).toBe('role-token');
    const sts = new URLSearchParams(requests[0]?.body);
    expect(Object.fromEntries(sts)).toMatchObject({
      RoleArn: role.arn,
      RoleSessionName: 'trailferry',
      ExternalId: `${SECRET}-/external-id`,
    });
    expect(requests[0]?.headers.authorization).toContain('Credential=AKIDFAKE/');
  });

  it('takes an external id that is written out', async () => {
    await receive({ assume_role: { ...role, external_id: 'plain' } });
    expect(new URLSearchParams(requests[0]?.body).get('ExternalId')).toBe('plain');
  });

  it('shows in no error', async () => {
    server.removeAllListeners('request');
    server.on('request', (_, response) =>
      response.writeHead(400).end('{"__type":"InvalidSignatureException","message":"no"}'),
    );
    const source = connectAws(awsSettings(address), secret)(queueSettings(`${address}/1/q`));
    const error: unknown = await source.queue.receive(1, 0, never).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'TF-AWS-CREDENTIALS' });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(SECRET);
    source.close();
  });

  it('must be readable', () => {
    const unreadable = () => {
      throw new Error('no such file');
    };
    expect(() => connectAws(awsSettings(address), unreadable)).toThrow('no such file');
  });
});
