import type { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Delivery } from '../../../transports/delivery.ts';
import { type Attempt, Proof } from '../../../transports/syslog/proof.ts';

type Session = Parameters<Attempt['connected']>[0];

const session = ({
  certificate = 'one',
  address = '192.0.2.1',
  over = new Promise<never>(() => {}),
} = {}): Session => ({
  address,
  certificate: { fingerprint256: certificate } as X509Certificate,
  over,
});

let verdicts: string[];
let proof: Proof;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] });
  verdicts = [];
  proof = new Proof(
    {
      settle: () => verdicts.push('delivered'),
      reject: (_deliveries, error) => verdicts.push(error.message),
    },
    () => verdicts.push('stood'),
  );
});

afterEach(() => {
  vi.useRealTimers();
});

const answered = (): void => proof.answered(session(), [{} as Delivery]);

/** A connection that takes so long. @returns whether another one is wanted */
function connected(ms: number, to = session()): boolean {
  const attempt = proof.attempt();
  vi.advanceTimersByTime(ms);
  return attempt.connected(to);
}

/** What was said of an answer some time after a connection to this session. */
async function verdict(ms: number, to = session()): Promise<string | undefined> {
  answered();
  connected(ms, to);
  await vi.advanceTimersByTimeAsync(100);
  return verdicts[0];
}

test('the same receiver proves its answer when it lets us in at once, and lets us stay', async () => {
  answered();
  expect(connected(40)).toBe(false);
  await vi.advanceTimersByTimeAsync(19);
  expect([verdicts, proof.deliveries.length]).toEqual([[], 1]);
  await vi.advanceTimersByTimeAsync(1);
  expect([verdicts, proof.deliveries.length]).toEqual([['delivered', 'stood'], 0]);
});

test('a connection that is closed at once proves nothing: a proxy opened it', async () => {
  const over = Promise.resolve(new Error('it is gone')) as Promise<never>;
  expect(await verdict(20, session({ over }))).toBe('the connection after it did not stand: it is gone');
});

test('a connection that we end before it has stood proves nothing: the answer may be of a proxy', async () => {
  answered();
  const to = session({ over: Promise.resolve() as Promise<never> });
  connected(20, to);
  expect(proof.restsOn(to)).toBe(true);
  await vi.advanceTimersByTimeAsync(0);
  expect(verdicts).toEqual(['the connection after it did not stand: it was ended', 'stood']);
  expect(proof.restsOn(to)).toBe(false);
});

test('who lets nobody in proves nothing', () => {
  answered();
  proof.attempt().failed(new Error('refused'), 1_000);
  expect(verdicts).toEqual(['refused']);
});

test('another address proves nothing', async () => {
  expect(await verdict(20, session({ address: '192.0.2.2' }))).toBe('connected to 192.0.2.2 instead of 192.0.2.1');
});

describe('with another certificate it is another receiver', () => {
  const another = session({ certificate: 'two' });

  test('the next may be the same', async () => {
    answered();
    expect([connected(20, another), connected(20), proof.isWanted]).toEqual([true, false, false]);
    await vi.advanceTimersByTimeAsync(100);
    expect(verdicts).toEqual(['delivered', 'stood']);
  });

  test('eight are tried, as long as it is not late', () => {
    answered();
    for (let tries = 1; tries < 8; tries += 1) expect(connected(20, another)).toBe(true);
    expect(connected(20, another)).toBe(false);
    answered();
    expect(connected(830, another)).toBe(false);
    const reached = (tries: number): unknown =>
      expect.stringContaining(`${tries} connections after it reached another receiver`);
    expect(verdicts).toEqual([reached(8), reached(1)]);
  });
});

describe('a connection that took nearly a second longer than it need be', () => {
  const anew = expect.stringContaining('may have been started anew');

  test('is one to a receiver that may have been started anew', async () => {
    connected(5);
    expect(await verdict(804)).toBe('delivered');
    verdicts = [];
    expect(await verdict(805)).toEqual(anew);
  });

  test('is measured by the fastest of late, so that a long way or a slow receiver proves as well', async () => {
    connected(10);
    for (let slow = 0; slow < 7; slow += 1) connected(2_000);
    expect(await verdict(2_500)).toEqual(anew);
    verdicts = [];
    expect(await verdict(2_500)).toBe('delivered');
  });
});
