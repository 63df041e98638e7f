import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { s3Client } from '../../../agent/aws/clients.ts';
import type { Source } from '../../../agent/aws/connect.ts';
import type { ObjectReader, ObjectRef, OpenObject } from '../../../agent/aws/objects.ts';
import { s3ObjectReader } from '../../../agent/aws/s3-objects.ts';
import { type FakeAws, startFakeAws } from '../../fakes/aws.ts';
import { awsSettings, never, queueSettings, sourceOf } from './settings.ts';

const MIB = 1024 * 1024;
const BUCKET = 'logs';
const KEYS = { accessKeyId: 'AKIDFAKE', secretAccessKey: 'fake' };

let aws: FakeAws;
let source: Source;
let objects: ObjectReader;

beforeEach(async () => {
  aws = await startFakeAws();
  source = sourceOf(aws);
  objects = source.objects;
});

afterEach(async () => {
  source.close();
  await aws.close();
});

const refOf = (key: string, more: Partial<ObjectRef> = {}): ObjectRef => ({ bucket: BUCKET, key, ...more });
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

async function bytesOf(object: OpenObject): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of object.stream(never)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function read(ref: ObjectRef): Promise<Buffer> {
  using object = await objects.open(ref, never);
  return await bytesOf(object);
}

describe('open', () => {
  it('tells version, size and age', async () => {
    const { etag } = aws.putObject(BUCKET, 'a b+c=ü.gz', 'hello');
    using object = await objects.open(refOf('a b+c=ü.gz', { etag }), never);
    expect(object.version).toEqual({ bucket: BUCKET, key: 'a b+c=ü.gz', version: etag });
    expect(object.size).toBe(5);
    expect(Math.abs(Date.now() - (object.lastModified?.getTime() ?? 0))).toBeLessThan(60_000);
    expect((await bytesOf(object)).toString()).toBe('hello');
  });

  it('reads the version that was announced, not the newest', async () => {
    const { versionId, etag } = aws.putObject(BUCKET, 'k', 'old', { versioned: true });
    aws.putObject(BUCKET, 'k', 'new', { versioned: true });
    using object = await objects.open(refOf('k', { versionId: versionId ?? '', etag }), never);
    expect(object.version.version).toBe(versionId);
    expect((await bytesOf(object)).toString()).toBe('old');
  });

  it('reads an object without bytes', async () => {
    aws.putObject(BUCKET, 'empty', '');
    expect(await read(refOf('empty'))).toEqual(Buffer.alloc(0));
  });

  it('tries the other form of the key once, when the first is not there or may not be seen', async () => {
    aws.putObject(BUCKET, 'a+b', 'plus');
    using object = await objects.open(refOf('a b', { alternateKey: 'a+b' }), never);
    expect(object.version.key).toBe('a+b');
    expect(aws.stats.gets).toBe(2);
    aws.fail('GetObject', { status: 403, code: 'AccessDenied' });
    expect((await read(refOf('a b', { alternateKey: 'a+b' }))).toString()).toBe('plus');
  });

  it('names the announced key when neither form is there', async () => {
    aws.putObject(BUCKET, 'other', '');
    const opened = objects.open(refOf('a b', { alternateKey: 'a+b' }), never);
    await expect(opened).rejects.toMatchObject({
      code: 'TF-S3-404',
      message: expect.stringContaining('s3://logs/a b:'),
    });
    expect(aws.stats.gets).toBe(2);
  });

  it('never lets an ARN reach the SDK', async () => {
    const bucket = 'arn:aws:s3:eu-west-1:999988887777:accesspoint/evil';
    await expect(objects.open({ bucket, key: 'k' }, never)).rejects.toMatchObject({ code: 'TF-S3-BUCKET' });
    expect(aws.stats.gets).toBe(0);
  });

  it('refuses a bucket of another owner when one is expected', async () => {
    aws.putObject(BUCKET, 'k', 'x');
    const mine = sourceOf(aws, { expected_bucket_owner: '111122223333' });
    const theirs = sourceOf(aws, { expected_bucket_owner: '999988887777' });
    using object = await mine.objects.open(refOf('k'), never);
    expect(object.size).toBe(1);
    await expect(theirs.objects.open(refOf('k'), never)).rejects.toMatchObject({ code: 'TF-S3-403' });
    for (const opened of [mine, theirs]) opened.close();
  });

  it.each([
    ['access', 'TF-S3-403', false],
    ['kms', 'TF-S3-403-KMS', false],
    ['archived', 'TF-S3-ARCHIVED', false],
  ] as const)('says %s as %s', async (refuse, code, transient) => {
    aws.putObject(BUCKET, 'k', 'x', { refuse });
    const opened = objects.open(refOf('k'), never);
    await expect(opened).rejects.toMatchObject({ name: 'ObjectError', code, transient, cause: expect.any(Error) });
    await expect(opened).rejects.toThrow('s3://logs/k');
  });

  it.each([
    ['SlowDown', 503, 'TF-S3-503', true],
    ['PermanentRedirect', 301, 'TF-S3-REGION', false],
    ['ExpiredToken', 400, 'TF-AWS-CREDENTIALS', false],
    ['RequestTimeTooSkewed', 403, 'TF-AWS-CLOCK', false],
    ['Teapot', 418, 'TF-S3-OTHER', false],
  ])('says %s with status %i as %s', async (code, status, expected, transient) => {
    aws.putObject(BUCKET, 'k', 'x');
    aws.fail('GetObject', { times: 10, code, status });
    await expect(objects.open(refOf('k'), never)).rejects.toMatchObject({ code: expected, transient });
  });

  it('bears a short SlowDown', async () => {
    aws.putObject(BUCKET, 'k', 'x');
    aws.fail('GetObject', { times: 2, code: 'SlowDown', status: 503 });
    expect((await read(refOf('k'))).toString()).toBe('x');
  });

  it('ends with the reason of its signal', async () => {
    aws.putObject(BUCKET, 'k', 'x');
    aws.fail('GetObject', { delayMs: 5_000 });
    const stop = new AbortController();
    const reason = new Error('stopping');
    const opened = objects.open(refOf('k'), stop.signal);
    setTimeout(() => stop.abort(reason), 50);
    await expect(opened).rejects.toBe(reason);
  });

  it('says that the object was overwritten since it was announced', async () => {
    const { etag } = aws.putObject(BUCKET, 'k', 'old');
    aws.putObject(BUCKET, 'k', 'new');
    await expect(objects.open(refOf('k', { etag }), never)).rejects.toMatchObject({
      code: 'TF-S3-412',
      retryAfterSeconds: 0,
    });
    expect((await read(refOf('k'))).toString()).toBe('new');
  });
});

describe('stream', () => {
  const body = randomBytes(20 * MIB);

  it('yields 20 MiB as they are, in the chunks of the socket', async () => {
    aws.putObject(BUCKET, 'k', body);
    using object = await objects.open(refOf('k'), never);
    const hash = createHash('sha256');
    const sizes: number[] = [];
    for await (const chunk of object.stream(never)) {
      hash.update(chunk);
      sizes.push(chunk.length);
    }
    expect(hash.digest('hex')).toBe(sha256(body));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(128 * 1024);
    expect(aws.stats.gets).toBe(1);
  });

  it('goes on where connections broke, ended early or went silent', async () => {
    aws.putObject(BUCKET, 'k', body);
    const breaks = Array.from({ length: 12 }, () => Math.floor(Math.random() * 2.5 * MIB));
    for (const [index, afterBytes] of breaks.entries()) {
      aws.fail('GetObject', { afterBytes, ending: index % 2 === 0 ? 'reset' : 'end' });
    }
    expect(sha256(await read(refOf('k'))), `breaks after ${breaks}`).toBe(sha256(body));
    expect(aws.stats.gets).toBeGreaterThan(8);
  });

  it('goes on after a range that was answered in part', async () => {
    aws.putObject(BUCKET, 'k', body);
    aws.fail('GetObject', { afterBytes: MIB });
    aws.fail('GetObject', { times: 3, afterBytes: MIB, ending: 'short' });
    expect(sha256(await read(refOf('k')))).toBe(sha256(body));
    expect(aws.stats.gets).toBe(5);
  });

  describe('that waits 300 ms for a byte', () => {
    let client: ReturnType<typeof s3Client>;
    let impatient: ObjectReader;

    beforeEach(() => {
      client = s3Client(awsSettings(aws.endpoint), queueSettings(aws.queueUrl()), KEYS);
      impatient = s3ObjectReader(client, { idleMs: 300 });
      aws.putObject(BUCKET, 'k', body);
    });

    afterEach(() => client.destroy());

    it('goes on after a silence', async () => {
      aws.fail('GetObject', { afterBytes: MIB, ending: 'stall' });
      using object = await impatient.open(refOf('k'), never);
      expect(sha256(await bytesOf(object))).toBe(sha256(body));
      expect(aws.stats.gets).toBe(2);
    });

    it('does not take a slow consumer for a silence', async () => {
      using object = await impatient.open(refOf('k'), never);
      const chunks: Buffer[] = [];
      for await (const chunk of object.stream(never)) {
        if (chunks.length === 0) await sleep(700);
        chunks.push(chunk);
      }
      expect(sha256(Buffer.concat(chunks))).toBe(sha256(body));
      expect(aws.stats.gets).toBe(1);
    });
  });

  it('stops for good when no try gets any further', async () => {
    aws.putObject(BUCKET, 'k', body);
    aws.fail('GetObject', { afterBytes: MIB });
    aws.fail('GetObject', { times: 100, afterBytes: 0 });
    await expect(read(refOf('k'))).rejects.toMatchObject({ code: 'TF-S3-NET', retryAfterSeconds: 10 });
  });

  it('never mixes two versions: an overwrite in the middle is an error', async () => {
    aws.putObject(BUCKET, 'k', body);
    aws.fail('GetObject', { afterBytes: MIB });
    using object = await objects.open(refOf('k'), never);
    aws.putObject(BUCKET, 'k', randomBytes(20 * MIB));
    await expect(bytesOf(object)).rejects.toMatchObject({ code: 'TF-S3-412' });
  });

  it('goes on in the same version where the bucket keeps versions', async () => {
    aws.putObject(BUCKET, 'k', body, { versioned: true });
    aws.fail('GetObject', { afterBytes: MIB });
    using object = await objects.open(refOf('k'), never);
    aws.putObject(BUCKET, 'k', 'newer', { versioned: true });
    expect(sha256(await bytesOf(object))).toBe(sha256(body));
  });

  it('reads no further ahead of its consumer than the sockets hold', async () => {
    let made = 0;
    const chunk = Buffer.alloc(64 * 1024);
    const size = 200 * MIB;
    async function* stream() {
      for (; made < size; made += chunk.length) yield chunk;
    }
    aws.putObject(BUCKET, 'big', { size, stream });
    using object = await objects.open(refOf('big'), never);
    const chunks = object.stream(never)[Symbol.asyncIterator]();
    await chunks.next();
    await sleep(300);
    expect(made).toBeLessThan(20 * MIB);
    await chunks.return?.();
  });

  it('ends with the reason of its signal, also between two tries', async () => {
    aws.putObject(BUCKET, 'k', body);
    aws.fail('GetObject', { times: 100, afterBytes: 0, ending: 'stall' });
    using object = await objects.open(refOf('k'), never);
    const stop = new AbortController();
    const reason = new Error('lease lost');
    setTimeout(() => stop.abort(reason), 50);
    const next = object.stream(stop.signal)[Symbol.asyncIterator]().next();
    await expect(next).rejects.toBe(reason);
  });
});

describe('range', () => {
  const body = randomBytes(3 * MIB);
  const part = async (start: number, end: number): Promise<Buffer> => {
    using object = await objects.open(refOf('k'), never);
    return Buffer.from(await object.range(start, end, never));
  };

  it('gives these bytes and asks for no more', async () => {
    aws.putObject(BUCKET, 'k', body);
    for (const [start, end] of [
      [0, 10],
      [MIB, 2 * MIB],
      [3 * MIB - 1, 3 * MIB],
      [0, 3 * MIB],
      [5, 5],
    ] as const) {
      expect((await part(start, end)).equals(body.subarray(start, end)), `${start}-${end}`).toBe(true);
    }
  });

  it('goes on where connections broke or answered in part', async () => {
    aws.putObject(BUCKET, 'k', body);
    using object = await objects.open(refOf('k'), never);
    aws.fail('GetObject', { afterBytes: 1000 });
    aws.fail('GetObject', { afterBytes: 1000, ending: 'short' });
    const bytes = Buffer.from(await object.range(MIB, 2 * MIB, never));
    expect(bytes.equals(body.subarray(MIB, 2 * MIB))).toBe(true);
    expect(aws.stats.gets).toBe(4);
  });

  it('never mixes two versions', async () => {
    aws.putObject(BUCKET, 'k', body);
    using object = await objects.open(refOf('k'), never);
    aws.putObject(BUCKET, 'k', randomBytes(3 * MIB));
    await expect(object.range(0, 10, never)).rejects.toMatchObject({ code: 'TF-S3-412' });
  });

  it('ends with the reason of its signal', async () => {
    aws.putObject(BUCKET, 'k', body);
    using object = await objects.open(refOf('k'), never);
    aws.fail('GetObject', { times: 100, afterBytes: 0, ending: 'stall' });
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('lease lost')), 50);
    await expect(object.range(0, 10, stop.signal)).rejects.toThrow('lease lost');
  });
});
