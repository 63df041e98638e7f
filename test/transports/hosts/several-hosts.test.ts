import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Host } from '../../../transports/hosts/host.ts';
import type { Balance } from '../../../transports/hosts/settings.ts';
import { SeveralHosts } from '../../../transports/hosts/several-hosts.ts';
import { DeliveryError, type Fault, type Transport } from '../../../transports/transport.ts';
import { blockOf, never } from '../blocks.ts';

/** A host whose answers and looks the test gives. */
class Fake implements Transport {
  assurance: Transport['assurance'] = 'confirmed';
  confirmation: Transport['confirmation'];
  readonly envelope: Transport['envelope'] = {
    bind: () => {
      throw new Error('not asked for');
    },
  };
  readonly window = 100;
  readonly got: string[] = [];
  /** What the next sends fail with; nothing: they are delivered. */
  fault: Fault | undefined;
  /** Whether sends hang, and looks too: a black hole. */
  hangs = false;
  looks = 0;
  private readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  async send({ data, ends, count }: Parameters<Transport['send']>[0]): Promise<void> {
    if (this.hangs) return new Promise(() => {});
    if (this.fault !== undefined) throw new DeliveryError('TF-TEST', `${this.name} fails`, this.fault);
    this.got.push(data.toString('latin1', 0, ends[count - 1]));
  }

  async probe() {
    this.looks += 1;
    if (this.hangs) await new Promise(() => {});
    return { ok: this.fault === undefined, assurance: this.assurance, steps: [] };
  }

  async close() {}
}

const RETRY: Fault = { kind: 'retry' };
const blocked = (remedy: string): Fault => ({ kind: 'blocked', remedy });

function two(balance: Balance = 'failover') {
  const [a, b] = [new Fake('a'), new Fake('b')];
  const states: string[] = [];
  const hosts = [a, b].map((fake, index) => {
    const name = index === 0 ? 'a' : 'b';
    return new Host(name, fake, (state, reason = '') => states.push(`${name} ${state} ${reason}`.trim()));
  });
  const transport = new SeveralHosts('siem', hosts, balance);
  const send = (text: string, signal = never) => transport.send(blockOf([text]), signal);
  return { a, b, hosts, states, transport, send };
}

async function faultOf(sent: Promise<void>): Promise<DeliveryError> {
  const error = await sent.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DeliveryError);
  return error as DeliveryError;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('failover: the first host gets everything while it is well', async () => {
  const { a, b, send } = two();
  await Promise.all(['1', '2', '3'].map((text) => send(text)));
  expect([a.got, b.got]).toEqual([['1', '2', '3'], []]);
});

test('a block that the first host did not take comes back for the second, which gets all that follows', async () => {
  const { a, b, states, send } = two();
  a.fault = RETRY;
  expect((await faultOf(send('1'))).fault).toEqual({ kind: 'retry', elsewhere: true });
  await send('1');
  await send('2');
  expect([a.got, b.got]).toEqual([[], ['1', '2']]);
  expect(states).toEqual(['a up', 'b up', 'a down a fails [TF-TEST]']);
});

test('a host that only a person can heal is left out, too, and its remedy is told', async () => {
  const { a, b, states, send } = two();
  a.fault = blocked('renew it');
  expect((await faultOf(send('1'))).fault).toEqual({ kind: 'retry', elsewhere: true });
  await send('1');
  expect(b.got).toEqual(['1']);
  expect(states.at(-1)).toBe('a blocked a fails [TF-TEST]; renew it');
});

test('the first host is used again when it has let us in twice, ten seconds apart', async () => {
  const { a, b, states, send } = two();
  a.fault = RETRY;
  await faultOf(send('1'));
  a.fault = undefined;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(a.looks).toBe(1);
  await send('2');
  await vi.advanceTimersByTimeAsync(9_500);
  await send('3');
  await vi.advanceTimersByTimeAsync(600);
  await send('4');
  expect([a.got, b.got]).toEqual([['4'], ['2', '3']]);
  expect(states.at(-1)).toBe('a up');
});

test('a host that lets us in once and then fails again is not used', async () => {
  const { a, send } = two();
  a.fault = RETRY;
  await faultOf(send('1'));
  a.fault = undefined;
  await vi.advanceTimersByTimeAsync(1_000);
  a.fault = RETRY;
  await vi.advanceTimersByTimeAsync(11_000);
  a.fault = undefined;
  await send('2');
  expect(a.got).toEqual([]);
});

test('looks at a host that stays away come ever more rarely', async () => {
  const { a, send } = two();
  a.fault = RETRY;
  await faultOf(send('1'));
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(a.looks).toBeGreaterThan(60);
  expect(a.looks).toBeLessThan(100);
});

test('no host is well: the fault names each with its reason', async () => {
  const { a, b, send } = two();
  a.fault = RETRY;
  b.fault = blocked('renew it');
  await faultOf(send('1'));
  const { code, message, fault } = await faultOf(send('1'));
  expect([code, fault]).toEqual(['TF-HOSTS-DOWN', { kind: 'retry' }]);
  expect(message).toBe('siem: no host takes events: a fails [TF-TEST]; b fails [TF-TEST] [TF-HOSTS-DOWN]');
});

test('all hosts wait for a person: the destination is blocked, with each remedy once', async () => {
  const { a, b, send } = two();
  a.fault = b.fault = blocked('renew it');
  await faultOf(send('1'));
  const { code, fault } = await faultOf(send('1'));
  expect([code, fault]).toEqual(['TF-HOSTS-BLOCKED', blocked('renew it')]);
});

test('no host was well: the first that lets us in is used at once, though another is a black hole', async () => {
  const { a, b, send } = two();
  a.fault = b.fault = RETRY;
  await faultOf(send('1'));
  await faultOf(send('1'));
  a.hangs = true;
  b.fault = undefined;
  await send('1');
  expect(b.got).toEqual(['1']);
});

test('an aborted send does not wait for hosts to come back', async () => {
  const { a, b, send } = two();
  a.fault = b.fault = RETRY;
  await faultOf(send('1'));
  await faultOf(send('1'));
  a.hangs = b.hangs = true;
  const controller = new AbortController();
  const sent = send('1', controller.signal);
  controller.abort(new Error('enough'));
  await expect(sent).rejects.toThrow('enough');
});

test('a refused event is no failure of its host', async () => {
  const { a, states, send } = two();
  a.fault = { kind: 'rejected', frames: [0] };
  expect((await faultOf(send('1'))).fault.kind).toBe('rejected');
  expect(states).toEqual(['a up', 'b up']);
});

test('spread: blocks go to the host that has the fewest bytes unanswered, in turn when that is equal', async () => {
  const { a, b, send } = two('spread');
  for (const text of ['1', '2', '3', '4']) await send(text);
  expect([a.got, b.got]).toEqual([
    ['1', '3'],
    ['2', '4'],
  ]);
});

test('spread: a host that hangs gets no more than its share, and the other goes on', async () => {
  const { a, b, hosts, send } = two('spread');
  a.hangs = true;
  void send('x'.repeat(10));
  for (let count = 0; count < 50; count += 1) await send('y');
  expect(b.got).toHaveLength(50);
  expect(hosts[0]?.pendingBytes).toBe(10);
});

test('worth what the weakest host is worth; a window for each host that is filled', () => {
  const { a, transport } = two('spread');
  expect([transport.assurance, transport.window, two().transport.window]).toEqual(['confirmed', 200, 100]);
  a.assurance = 'written';
  expect(transport.assurance).toBe('written');
});

test('the level is that of the host with the weakest, which is named', () => {
  const { a, b, transport } = two();
  expect(transport.confirmation).toBeUndefined();
  a.confirmation = { level: 'close-notify', why: '' };
  b.confirmation = { level: 'close-notify', why: '' };
  expect(transport.confirmation).toEqual({ level: 'close-notify', why: '' });
  b.confirmation = { level: 'window', why: 'no answer' };
  expect(transport.confirmation).toEqual({ level: 'window', why: 'b: no answer' });
  a.confirmation = { level: 'unknown', why: 'not asked' };
  expect(transport.confirmation).toEqual({ level: 'unknown', why: 'a: not asked' });
});
