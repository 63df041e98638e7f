import { beforeAll, expect, test, vi } from 'vitest';
import { type Certificates, makeCertificates } from '../../fakes/certificates.ts';
import { sessionPair } from './session-pair.ts';

// The peer's kernel has acknowledged all that ours took.
vi.mock('../../../transports/send-queue.ts', () => ({
  sendQueue: async () => 0,
  unacknowledged: async () => undefined,
}));

let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
  return certificates.remove;
});

test('what waits behind a block, and our kernel has not taken, is not acknowledged', async () => {
  const { session, peer } = await sessionPair(certificates);
  peer.pause();
  await new Promise((taken) => {
    session.write(Buffer.alloc(1_000), taken);
    session.write(Buffer.alloc(50_000_000));
  });
  expect(await session.acknowledged()).toBeLessThan(20_000);
  session.fail(new Error('enough'));
  peer.destroy();
});

test('a connection that is always full is seen to be acknowledged block by block', async () => {
  const size = 100_000;
  const seen: Promise<number | undefined>[] = [];
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const write = () => {
    if (seen.length === 20) return resolve();
    session.write(Buffer.alloc(size), () => seen.push(session.acknowledged()));
  };
  const { session, peer } = await sessionPair(certificates, write);
  peer.resume();
  write();
  await done;
  const bytes = await Promise.all(seen);
  for (const [block, acknowledged] of bytes.entries()) expect(acknowledged).toBeGreaterThan((block + 1) * size);
  session.fail(new Error('enough'));
  peer.destroy();
});
