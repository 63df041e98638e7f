import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { file } from '../../transports/file.ts';
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

const create = (to = path) => file.create({ path: to, max_message_bytes: 1_000 }, testContext());
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

test('the path is absolute', () => {
  expect(file.check({ path: 'x', max_message_bytes: 1 }).map(([at]) => at)).toEqual(['path']);
  expect(file.check({ path: '/x', max_message_bytes: 1 })).toEqual([]);
});
