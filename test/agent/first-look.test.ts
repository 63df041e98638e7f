import { expect, test } from 'vitest';
import { firstLook } from '../../agent/first-look.ts';
import { createLog } from '../../agent/health/log.ts';
import type { Confirmation, ProbeReport, ProbeStep, Transport } from '../../transports/transport.ts';

const never = new AbortController().signal;

/** A destination whose probe finds this. */
function destination(steps: readonly ProbeStep[], confirmation?: Confirmation) {
  let probes = 0;
  const probe = async (signal: AbortSignal): Promise<ProbeReport> => {
    probes += 1;
    signal.throwIfAborted();
    return { ok: steps.every(({ ok }) => ok), assurance: 'written', steps };
  };
  const transport = { assurance: 'written', confirmation, probe } as Partial<Transport> as Transport;
  return { name: 'siem', transport, probes: () => probes };
}

async function linesOf(one: ReturnType<typeof destination>, signal = never): Promise<string[]> {
  const lines: string[] = [];
  await firstLook(
    [one],
    createLog((line) => lines.push(line.trimEnd()), false),
    signal,
  );
  return lines;
}

const good: ProbeStep = { step: 'tcp', ok: true, ms: 1, detail: 'there' };
const bad: ProbeStep = { step: 'tls', ok: false, ms: 1, detail: 'expired', remedy: 'renew it' };

test('the log says at the start how far a destination confirms, and why not further', async () => {
  expect(await linesOf(destination([good], { level: 'close-notify', why: '' }))).toEqual([
    'info: a delivery is worth: written (confirm: close-notify) destination=siem',
  ]);
  expect(await linesOf(destination([good], { level: 'window', why: 'no answer' }))).toEqual([
    'notice: a delivery is worth: written (confirm: window; no answer) destination=siem',
  ]);
});

test('what cannot be looked at is told with its remedy', async () => {
  expect(await linesOf(destination([good, bad], { level: 'unknown', why: 'not asked' }))).toEqual([
    'warning: a first look at the destination failed at tls: expired; renew it destination=siem',
  ]);
});

test('a destination without a choice is not looked at, and a stop ends the look in silence', async () => {
  const without = destination([good]);
  expect([await linesOf(without), without.probes()]).toEqual([[], 0]);
  const stopped = destination([good], { level: 'none', why: '' });
  expect([await linesOf(stopped, AbortSignal.abort()), stopped.probes()]).toEqual([[], 1]);
});
