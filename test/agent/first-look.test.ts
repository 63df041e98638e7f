import { expect, test } from 'vitest';
import type { Destination } from '../../agent/destination.ts';
import { firstLook } from '../../agent/first-look.ts';
import type { Confirmation, ProbeReport, ProbeStep } from '../../transports/transport.ts';

const step = (name: string, ok: boolean, remedy?: string): ProbeStep => ({
  ...{ step: name, ok, ms: 1, detail: `${name} seen` },
  ...(remedy === undefined ? {} : { remedy }),
});

async function look(
  probe: (signal: AbortSignal) => Promise<ProbeReport>,
  signal = new AbortController().signal,
  confirmation?: Confirmation,
) {
  const lines: string[] = [];
  const destination = {
    name: 'splunk',
    transport: { assurance: 'written', confirmation, probe },
  } as unknown as Destination;
  await firstLook(
    [destination],
    (level, message, values) => void lines.push(`${level} ${message} ${values?.['destination']}`),
    signal,
  );
  return lines;
}

const report = (...steps: ProbeStep[]): Promise<ProbeReport> =>
  Promise.resolve({ ok: steps.every(({ ok }) => ok), assurance: 'indexed', steps });

test('says nothing where all is well, and each failure with its remedy', async () => {
  expect(await look(() => report(step('dns', true), step('ack', true, 'wants attention')))).toEqual([]);
  expect(await look(() => report(step('dns', true), step('token', false, 'enable it'), step('ack', false)))).toEqual([
    'warning a look at the start: token: token seen; enable it splunk',
    'warning a look at the start: ack: ack seen; see `trailferry doctor` splunk',
  ]);
});

test('names the host where there are several', async () => {
  const host = (detail: string): ProbeStep => ({ step: 'host', ok: true, ms: 0, detail });
  const lines = await look(() => report(host('a:1'), step('dns', true), host('b:1'), step('dns', false, 'mend it')));
  expect(lines).toEqual(['warning a look at the start: dns at b:1: dns seen; mend it splunk']);
});

test('a probe that breaks is a line in the log, but not when the agent stops', async () => {
  const broken = () => Promise.reject(new Error('no such file'));
  expect(await look(broken)).toEqual([expect.stringContaining('no answer (no such file)')]);
  const stop = new AbortController();
  const waiting = look((signal) => new Promise((_, reject) => signal.addEventListener('abort', reject)), stop.signal);
  stop.abort();
  expect(await waiting).toEqual([]);
});

test('says how far a destination confirms that has a choice, and why not further', async () => {
  const never = new AbortController().signal;
  const good = () => report(step('close-notify', true));
  expect(await look(good, never, { level: 'close-notify', why: '' })).toEqual([
    'info a look at the start: a delivery is worth written (confirm: close-notify) splunk',
  ]);
  expect(await look(good, never, { level: 'window', why: 'no answer' })).toEqual([
    'notice a look at the start: a delivery is worth written (confirm: window; no answer) splunk',
  ]);
  const bad = () => report(step('tls', false, 'renew it'));
  expect(await look(bad, never, { level: 'unknown', why: 'not asked' })).toEqual([
    'warning a look at the start: tls: tls seen; renew it splunk',
  ]);
});
