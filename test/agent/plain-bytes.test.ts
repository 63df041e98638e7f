import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Source } from '../../agent/aws/connect.ts';
import { plainBytes, Room } from '../../agent/plain-bytes.ts';
import { bytesOf } from '../../formats/framing/row-chunk.ts';
import { type FakeAws, startFakeAws } from '../fakes/aws.ts';
import { never, sourceOf } from './aws/settings.ts';

let aws: FakeAws;
let source: Source;

beforeEach(async () => {
  aws = await startFakeAws();
  source = sourceOf(aws);
});

afterEach(async () => {
  source.close();
  await aws.close();
});

async function textOf(body: Buffer): Promise<string> {
  const { etag } = aws.putObject('logs', 'k', body);
  using object = await source.objects.open({ bucket: 'logs', key: 'k', etag }, never);
  const chunks: Buffer[] = [];
  for await (const chunk of plainBytes(object, never)) chunks.push(bytesOf(chunk));
  return Buffer.concat(chunks).toString();
}

const parquet = (data: string[]): Buffer =>
  Buffer.from(parquetWriteBuffer({ columnData: [{ name: 'v', data }], codec: 'UNCOMPRESSED', rowGroupSize: 100 }));

describe('plain bytes of an object in S3', () => {
  it('come with one request where its format can be read as it comes', async () => {
    expect(await textOf(gzipSync('a\nb\n'))).toBe('a\nb\n');
    expect(aws.stats.gets).toBe(1);
  });

  it('come with one request of small Parquet, too', async () => {
    expect(await textOf(parquet(['a', 'b']))).toBe('{"v":"a"}\n{"v":"b"}\n');
    expect(aws.stats.gets).toBe(1);
  });

  it('come in ranges of large Parquet: the end, then each row group, over connections that break', async () => {
    const data = Array.from({ length: 250 }, () => randomBytes(30_000).toString('hex'));
    const file = parquet(data);
    expect(file.length).toBeGreaterThan(8 * 1024 * 1024);
    aws.fail('GetObject', { afterBytes: 100_000, ending: 'stall' });
    aws.fail('GetObject', { afterBytes: 100 });
    expect(await textOf(file)).toBe(data.map((v) => `${JSON.stringify({ v })}\n`).join(''));
    // The first that was given up, the end with one more try, and three row groups.
    expect(aws.stats.gets).toBe(6);
  });

  it('end with the reason of the signal', async () => {
    const { etag } = aws.putObject('logs', 'k', parquet([randomBytes(5_000_000).toString('hex')]));
    using object = await source.objects.open({ bucket: 'logs', key: 'k', etag }, never);
    const stop = new AbortController();
    const reason = new Error('stopping');
    const bytes = plainBytes(object, stop.signal);
    aws.fail('GetObject', { times: 9, delayMs: 5000 });
    setTimeout(() => stop.abort(reason), 50);
    await expect(bytes.next()).rejects.toBe(reason);
  });
});

describe('room', () => {
  const taken = async (room: Room, bytes: number, signal = never): Promise<Disposable | undefined> =>
    await Promise.race([
      room.take(bytes, signal),
      new Promise<undefined>((done) => setTimeout(() => done(undefined), 5)),
    ]);

  it('is given in the order of asking, and again when it is given back', async () => {
    const room = new Room(100);
    const first = await taken(room, 60);
    let second: Disposable | undefined;
    const later = room.take(50, never).then((place) => (second = place));
    expect(await taken(room, 10)).toBeUndefined();
    first?.[Symbol.dispose]();
    await later;
    second?.[Symbol.dispose]();
    expect(await taken(room, 90)).toBeDefined();
  });

  it('goes as a whole to what needs more', async () => {
    const room = new Room(100);
    const all = await taken(room, 1000);
    expect(all).toBeDefined();
    all?.[Symbol.dispose]();
    expect(await taken(room, 100)).toBeDefined();
  });

  it('is lost to nobody who gives up', async () => {
    const room = new Room(100);
    const first = await taken(room, 100);
    const stop = new AbortController();
    const waiting = room.take(100, stop.signal);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    first?.[Symbol.dispose]();
    const late = new AbortController();
    const both = room.take(100, late.signal);
    late.abort(new Error('late'));
    await expect(both).rejects.toThrow('late');
    expect(await taken(room, 100)).toBeDefined();
  });
});
