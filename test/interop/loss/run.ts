import { setTimeout as sleep } from 'node:timers/promises';
import { randomFrom } from '../../../demo/synthetic.ts';
import type { Daemon } from '../peers/daemon.ts';
import type { Known } from '../peers/index.ts';
import { type Peer, type Place, startPeer, stopPeer } from '../peers/peer.ts';
import { Arrivals } from './arrivals.ts';
import { Sender, transportOf } from './sender.ts';

/** What is done to a peer. */
export interface Trial {
  readonly peer: Known;
  readonly place: Place;
  /** Settings of the destination besides the peer's own, in flow style. */
  readonly settings?: string | undefined;
  /** Who is killed: the receivers in turn, or what stands in front of them. */
  readonly victim: 'receiver' | 'proxy';
  readonly pace: 'fast' | 'slow';
  readonly events: number;
  /** Of these every other is a SIGTERM. */
  readonly stops: number;
}

export interface Outcome {
  readonly events: number;
  readonly stops: number;
  readonly lost: number;
  /** Events that came again, and the most bytes of them between two stops. */
  readonly again: number;
  readonly mostAgainBytes: number;
  /** Most bytes that were sent within two seconds. */
  readonly busiestBytes: number;
  readonly torn: number;
  readonly foreign: readonly string[];
  readonly retries: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** Between two stops a share of the events is offered, in portions with a pause after each. */
const PORTIONS = 10;
const PORTION_MS = 60;
/** Longest wait for a first event after a start. */
const FIRST_MS = 6_000;
/** From this first event to the next stop: a random time of at most this. */
const LIFE_MS = { fast: 1_200, slow: 2_400 };
const DOWN_MS = 100;
/** Frozen and running in turn: so slow that what is sent waits in the kernel. */
const SLOW = { frozenMs: 300, runningMs: 15 };
/** Longest time without progress: the longest pauses between two tries, and a wait for confirmation. */
const REST_MS = 90_000;

/** Sends numbered events to a peer that is stopped and started again and again, and says what became of them. */
export async function run(trial: Trial): Promise<Outcome> {
  const began = performance.now();
  const { place, settings, events, stops } = trial;
  const peer = trial.peer.make(place);
  const parts = [`host: localhost, port: ${peer.port}`, trial.peer.destination(place), settings];
  const sender = new Sender(transportOf(parts.filter((part) => part !== undefined).join(', ')));
  const arrivals = new Arrivals(peer.outs, events);
  try {
    await startPeer(peer);
    await disturb(peer, trial, sender, arrivals);
    await sender.rest(REST_MS);
  } finally {
    await sender.stop();
    await stopPeer(peer);
  }
  arrivals.end();
  const { missing, again, mostAgainBytes, torn, foreign } = arrivals;
  const { busiestBytes } = sender.traffic;
  const seconds = (performance.now() - began) / 1000;
  const { retries } = sender;
  return { events, stops, lost: missing.length, again, mostAgainBytes, busiestBytes, torn, foreign, retries, seconds };
}

async function disturb(peer: Peer, trial: Trial, sender: Sender, arrivals: Arrivals): Promise<void> {
  const { events, stops, pace } = trial;
  const random = randomFrom(trial.place.port);
  for (let stop = 0; stop < stops; stop += 1) {
    const victim = victimOf(peer, trial.victim, stop);
    const quick = pace === 'slow' ? slowDown(peer) : () => {};
    const goal = Math.floor((events * (stop + 1)) / stops);
    const offered = offer(sender, goal - sender.offered);
    await firstOf(arrivals);
    await sleep(random() * LIFE_MS[pace]);
    await offered;
    await victim.kill(stop % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
    quick();
    arrivals.stopped();
    await sleep(random() * DOWN_MS);
    await victim.start();
  }
}

/** Of several receivers each meets both signals. */
function victimOf({ receivers, proxy }: Peer, victim: Trial['victim'], stop: number): Daemon {
  const found = victim === 'proxy' ? proxy : receivers[Math.floor(stop / 2) % receivers.length];
  if (found === undefined) throw new Error(`this peer has no ${victim}`);
  return found;
}

async function offer(sender: Sender, events: number): Promise<void> {
  for (let portion = 0; portion < PORTIONS; portion += 1) {
    sender.offer(Math.floor((events * (portion + 1)) / PORTIONS) - Math.floor((events * portion) / PORTIONS));
    await sleep(PORTION_MS);
  }
}

async function firstOf(arrivals: Arrivals): Promise<void> {
  const before = arrivals.distinct;
  const late = performance.now() + FIRST_MS;
  do {
    await sleep(20);
    arrivals.read();
  } while (arrivals.distinct === before && performance.now() < late);
}

/** Makes all receivers slow. @returns makes them as quick as they were */
function slowDown({ receivers }: Peer): () => void {
  let timer: NodeJS.Timeout | undefined;
  const turn = (frozen: boolean): void => {
    for (const receiver of receivers) receiver.freeze(frozen);
    timer = setTimeout(() => turn(!frozen), frozen ? SLOW.frozenMs : SLOW.runningMs);
  };
  turn(true);
  return () => {
    clearTimeout(timer);
    for (const receiver of receivers) receiver.freeze(false);
  };
}
