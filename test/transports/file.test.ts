import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FileSettings, file } from '../../transports/file.ts';
import type { DeliveryError } from '../../transports/transport.ts';
import { blockOf, enveloped, never, testContext } from './blocks.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'file-'));
  path = join(directory, 'out.log');
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(directory, { recursive: true });
});

const settings = { max_message_bytes: 1_000, rotate_bytes: null, rotate_after: null, max_total_bytes: null };
const create = (to = path, given: Partial<FileSettings> = {}) =>
  file.create({ ...settings, path: to, ...given }, testContext());
const failure = (send: Promise<void>): Promise<DeliveryError> =>
  send.then(
    () => {
      throw new Error('it did not fail');
    },
    (error) => error,
  );

test('each event is a line, in the order of the calls, readable by us only', async () => {
  const transport = create();
  expect([transport.assurance, transport.envelope.bind({} as never, 'text').room]).toEqual(['written', 1_000]);
  await Promise.all([
    transport.send(enveloped(transport, ['one', 'two\r\nlines']), never),
    transport.send(enveloped(transport, [Buffer.from('grün').toString('latin1')]), never),
  ]);
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo  lines\ngrün\n');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('what stands there stays, and only the frames that count are added', async () => {
  writeFileSync(path, 'before\n');
  await create().send({ ...blockOf(['a\n', 'b\n']), count: 1 }, never);
  expect(readFileSync(path, 'utf8')).toBe('before\na\n');
});

test('it is durable before it is answered', async () => {
  const handle = await open(path, 'a');
  const calls: string[] = [];
  const proto = Object.getPrototypeOf(handle);
  await handle.close();
  const datasync = proto.datasync;
  vi.spyOn(proto, 'datasync').mockImplementation(async function (this: unknown) {
    await datasync.call(this);
    calls.push('synced');
  });
  await create()
    .send(blockOf(['a\n']), never)
    .then(() => calls.push('answered'));
  expect(calls).toEqual(['synced', 'answered']);
});

test('a write that fails leaves no half of a line', async () => {
  writeFileSync(path, 'before\n');
  const handle = await open(path, 'a');
  vi.spyOn(Object.getPrototypeOf(handle), 'datasync').mockRejectedValueOnce(
    Object.assign(new Error('no space left'), { code: 'ENOSPC' }),
  );
  await handle.close();
  const transport = create();
  const { code, fault } = await failure(transport.send(blockOf(['a\n']), never));
  expect([code, fault]).toEqual(['TF-FILE-ENOSPC', { kind: 'retry' }]);
  expect(readFileSync(path, 'utf8')).toBe('before\n');
  await transport.send(blockOf(['a\n']), never);
  expect(readFileSync(path, 'utf8')).toBe('before\na\n');
});

test('a path that cannot be is blocked with a remedy, in send and in probe', async () => {
  const transport = create(join(directory, 'no/such/place'));
  const { code, fault } = await failure(transport.send(blockOf(['a\n']), never));
  expect([code, fault.kind]).toEqual(['TF-FILE-ENOENT', 'blocked']);
  const report = await transport.probe(never);
  expect(report.steps).toMatchObject([
    { ok: false, detail: expect.stringContaining('ENOENT'), remedy: 'make the directory of path' },
  ]);
  expect(await create().probe(never)).toMatchObject({ ok: true, steps: [{ ok: true }] });
});

test('stop: an aborted send writes nothing, a closed transport takes nothing', async () => {
  const transport = create();
  await expect(transport.send(blockOf(['a\n']), AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  const last = transport.send(blockOf(['b\n']), never);
  await transport.close();
  await transport.close();
  expect((await failure(last)).code).toBe('TF-FILE-CLOSED');
  expect((await failure(transport.send(blockOf(['c\n']), never))).fault.kind).toBe('retry');
});

test('what does not fit together', () => {
  const complaints = (given: Partial<FileSettings>) =>
    file.check({ ...settings, path: '/x', ...given }).map(([at]) => at);
  expect(complaints({ path: 'x' })).toEqual(['path']);
  expect(complaints({})).toEqual([]);
  expect(complaints({ rotate_bytes: 1_000, rotate_after: 10 })).toEqual(['rotate_bytes', 'rotate_after']);
  expect(complaints({ max_total_bytes: 1_000 })).toEqual(['max_total_bytes']);
  expect(complaints({ max_total_bytes: 2 ** 20, rotate_bytes: 2 ** 21 })).toEqual(['max_total_bytes']);
  expect(complaints({ max_total_bytes: 2 ** 30, rotate_bytes: 2 ** 21, rotate_after: 1_000 })).toEqual([]);
});

describe('rotation', () => {
  const files = () => readdirSync(directory).sort();
  const texts = () => files().map((name) => readFileSync(join(directory, name), 'utf8'));

  test('a file that would grow beyond its size is finished under a name of its own, and never touched again', async () => {
    const transport = create(path, { rotate_bytes: 8 });
    for (const text of ['aaa\n', 'bbb\n', 'ccc\n', 'ddddddddddddd\n', 'eee\n'])
      await transport.send(blockOf([text]), never);
    const [open, ...finished] = files();
    expect(open).toBe('out.log');
    for (const name of finished) expect(name).toMatch(/^out\.log\.\d{8}T\d{6}\.\d{3}Z(-\d+)?$/);
    expect(texts().sort()).toEqual(['aaa\nbbb\n', 'ccc\n', 'ddddddddddddd\n', 'eee\n']);
  });

  test('two files that are finished in the same millisecond have two names', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 24, 3, 40, 0, 123) });
    const transport = create(path, { rotate_bytes: 4 });
    for (const text of ['1\n', '222\n', '333\n', '444\n']) await transport.send(blockOf([text]), never);
    vi.useRealTimers();
    const stamp = 'out.log.20261124T034000.123Z';
    expect(files()).toEqual(['out.log', stamp, `${stamp}-2`, `${stamp}-3`]);
    expect(texts()).toEqual(['444\n', '1\n', '222\n', '333\n']);
  });

  test('a file is finished when its time has come, though no event follows', async () => {
    const transport = create(path, { rotate_after: 1_000 });
    await transport.send(blockOf(['a\n']), never);
    await expect.poll(files, { timeout: 10_000 }).toEqual([expect.stringMatching(/^out\.log\.2/)]);
    await transport.close();
    expect(texts()).toEqual(['a\n']);
  });

  test('a file from before a restart is gone on with, as long as it may grow', async () => {
    await create(path, { rotate_bytes: 8 }).send(blockOf(['aaa\n']), never);
    const again = create(path, { rotate_bytes: 8 });
    await again.send(blockOf(['bbb\n']), never);
    await again.send(blockOf(['ccc\n']), never);
    expect(texts()).toEqual(['ccc\n', 'aaa\nbbb\n']);
  });

  test('when all files together are too large, events wait, and none is deleted; they go on when some were taken away', async () => {
    const transport = create(path, { rotate_bytes: 4, max_total_bytes: 10 });
    await transport.send(blockOf(['aaa\n']), never);
    await transport.send(blockOf(['bbb\n']), never);
    const { code, fault } = await failure(transport.send(blockOf(['ccc\n']), never));
    expect([code, fault]).toEqual(['TF-FILE-FULL', { kind: 'blocked', remedy: expect.stringContaining('out.log.2') }]);
    expect(texts().sort()).toEqual(['aaa\n', 'bbb\n']);
    for (const name of files()) rmSync(join(directory, name));
    await transport.send(blockOf(['ccc\n']), never);
    expect(texts()).toEqual(['ccc\n']);
  });

  test('the probe says how much waits to be carried away', async () => {
    const transport = create(path, { rotate_bytes: 4 });
    for (const text of ['aaa\n', 'bbb\n']) await transport.send(blockOf([text]), never);
    expect(await transport.probe(never)).toMatchObject({
      ok: true,
      steps: [{ detail: 'writable; 1 finished files wait, 4 bytes' }],
    });
  });
});
