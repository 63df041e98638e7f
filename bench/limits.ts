/** Limits: events per second that arrive at the receiver over ten seconds, while there is more to send than that. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Receivers } from './receivers.ts';
import type { BenchOptions, Table } from './table.ts';

const LIMITS = [500, 5000, 40_000] as const;
const SECONDS = 10;

interface Figures {
  readonly what: string;
  readonly limit: number;
  /** Events per second over all of the time, and in the busiest second. */
  readonly rate: number;
  readonly busiest: number;
}

export async function limits({ only, profile }: BenchOptions): Promise<Table> {
  await using receivers = await Receivers.open(profile);
  const figures: Figures[] = [];
  for (const limit of LIMITS) {
    const what = `limit of ${limit} events/s`;
    if (what.includes(only)) figures.push({ what, limit, ...(await pace(receivers, limit)) });
  }
  return {
    title: `Limits: what arrives by TLS syslog within ${SECONDS} seconds; goal: within 2 % of the limit`,
    columns: ['what', 'events/s', 'off by', 'busiest second'],
    rows: figures.map(({ what, limit, rate, busiest }) => [
      what,
      rate.toFixed(1),
      offBy(rate, limit),
      offBy(busiest, limit),
    ]),
    notes: [],
    figures,
  };
}

function offBy(rate: number, limit: number): string {
  const percent = (rate / limit - 1) * 100;
  return `${percent > 0 ? '+' : ''}${percent.toFixed(2)} %`;
}

type Look = Awaited<ReturnType<Receivers['arrived']>>;

async function pace(receivers: Receivers, limit: number): Promise<{ rate: number; busiest: number }> {
  const settings = `${receivers.destination('syslog')}, max_events_per_second: ${limit}`;
  const running = receivers.order('pace', settings, SECONDS + 2);
  await sleep(1000);
  const start = await receivers.arrived();
  let last = start;
  let busiest = 0;
  for (let second = 0; second < SECONDS; second += 1) {
    await sleep(1000);
    const next = await receivers.arrived();
    busiest = Math.max(busiest, rateOf(last, next));
    last = next;
  }
  await running;
  return { rate: rateOf(start, last), busiest };
}

function rateOf(from: Look, to: Look): number {
  return ((to.events - from.events) / (to.at - from.at)) * 1000;
}
