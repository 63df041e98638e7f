import { createHash, randomBytes } from 'node:crypto';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { s3Client } from '../../../agent/aws/clients.ts';
import { connectAws, type Source } from '../../../agent/aws/connect.ts';
import { createLeases } from '../../../agent/aws/leases.ts';
import { decodeNotification } from '../../../agent/aws/notification.ts';
import { awsSettings, never, queueSettings } from './settings.ts';

/** Against an emulator that others wrote: our own stand-in could share a mistake with the code it tests. */
let server: FauxqsServer;
let source: Source;

const KEY = 'AWSLogs/111122223333/a b+c=ü.gz';
const body = randomBytes(3 * 1024 * 1024);

beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false, host: '127.0.0.1', defaultRegion: 'eu-west-1' });
  server.createQueue('logs', { region: 'eu-west-1' });
  server.createBucket('logs');
  const endpoint = `http://127.0.0.1:${server.port}`;
  const aws = awsSettings(endpoint);
  const queue = queueSettings(`${endpoint}/000000000000/logs`, { visibility_timeout: 1_000 });
  source = connectAws(aws, () => 'fake')(queue);
  await put(endpoint);
});

async function put(endpoint: string): Promise<void> {
  const keys = { accessKeyId: 'AKIDFAKE', secretAccessKey: 'fake' };
  const client = s3Client(awsSettings(endpoint), queueSettings(endpoint), keys);
  const { PutObjectCommand } = await import('@aws-sdk/client-s3');
  await client.send(new PutObjectCommand({ Bucket: 'logs', Key: KEY, Body: body }));
  client.destroy();
}

afterAll(async () => {
  source.close();
  await server.stop();
});

it('a notification is received, kept for three visibility timeouts, its object read, and deleted', async () => {
  const s3 = {
    bucket: { name: 'logs' },
    object: { key: encodeURIComponent(KEY).replaceAll('%20', '+'), size: body.length },
  };
  const event = { Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3 }] };
  server.sendMessage('logs', JSON.stringify(event), { region: 'eu-west-1' });

  const observer = { failed: vi.fn(), lost: vi.fn() };
  const [message] = await source.queue.receive(10, 2, never);
  const lease = message && createLeases(source.queue, observer).acquire(message);
  if (lease === undefined) throw new Error('nothing received');
  expect(await source.queue.receive(10, 3, never)).toEqual([]);

  const notification = decodeNotification(lease.message.body);
  if (notification.kind !== 'objects') throw new Error(`understood as ${notification.kind}`);
  const [ref] = notification.objects;
  if (ref === undefined) throw new Error('no object announced');
  using object = await source.objects.open(ref, never);
  const hash = createHash('sha256');
  for await (const chunk of object.stream(never)) hash.update(chunk);
  expect(object.version).toEqual({ bucket: 'logs', key: KEY, version: createHash('md5').update(body).digest('hex') });
  expect(hash.digest('hex')).toBe(createHash('sha256').update(body).digest('hex'));

  expect(await source.queue.depth(never)).toMatchObject({ visible: 0, inFlight: 1 });
  await lease.settle();
  expect(await source.queue.depth(never)).toMatchObject({ visible: 0, inFlight: 0 });
  expect(observer.failed).not.toHaveBeenCalled();
  expect(observer.lost).not.toHaveBeenCalled();
});

it('a lease on a message that is gone is lost', async () => {
  server.sendMessage('logs', '{}', { region: 'eu-west-1' });
  const lost = vi.fn();
  const [message] = await source.queue.receive(1, 2, never);
  const lease = message && createLeases(source.queue, { failed: vi.fn(), lost }).acquire(message);
  await source.queue.remove(message ? [message] : []);
  await vi.waitFor(() => expect(lease?.signal.aborted).toBe(true), 2_000);
  expect(lost).toHaveBeenCalledOnce();
});

it('says what is missing, and what was overwritten', async () => {
  const open = (bucket: string, key: string, etag?: string) =>
    source.objects.open({ bucket, key, ...(etag !== undefined && { etag }) }, never);
  await expect(open('logs', 'nothing/here')).rejects.toMatchObject({ code: 'TF-S3-404' });
  await expect(open('no-such-bucket', KEY)).rejects.toMatchObject({ code: 'TF-S3-404-BUCKET' });
  await expect(open('logs', KEY, 'another')).rejects.toMatchObject({ code: 'TF-S3-412' });
});
