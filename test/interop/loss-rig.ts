import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { trailferry } from '../../demo/process.ts';
import { cloudTrailObject } from '../../demo/synthetic.ts';
import { startFakeAws } from '../fakes/aws.ts';
import { until } from '../transports/syslog/rig.ts';
import { type Peer, type Place, startPeer, stopPeer } from './peers/peer.ts';

const ID = /trailferryEventId=([0-9a-f]{32})/g;
/** A frame begins; where a receiver was killed in the middle of a line, the next one stands right behind it. */
const FRAME_START = /(?=<\d{1,3}>1 20\d\d-)/;
const OBJECTS = 10;
/** Frozen and running in turn: a receiver that is several times slower than what is sent. Milliseconds. */
const SLOW = { frozen: 60, running: 20 };

/** One run: an agent with a queue full of objects, and a receiver that is stopped again and again. */
export interface Trial {
  readonly peer: (place: Place) => Peer;
  /** Settings of the destination beyond host, port and format, in YAML. */
  readonly destination: (place: Place) => string;
  readonly place: Place;
  readonly pace: 'fast' | 'slow';
  readonly events: number;
  /** How often the receiver is killed, and as often it is asked to stop. */
  readonly stops: number;
}

export interface Outcome {
  readonly lost: number;
  readonly duplicates: number;
  /** Most bytes that came again between two stops. */
  readonly mostAgain: number;
  /** Lines that hold no event. */
  readonly foreign: number;
  readonly stops: number;
  readonly seconds: number;
}

export async function run(trial: Trial): Promise<Outcome> {
  const { place, events, stops, pace } = trial;
  mkdirSync(place.directory, { recursive: true });
  const peer = trial.peer(place);
  await startPeer(peer);
  const aws = await startFakeAws({ visibilitySeconds: 120 });
  const config = configure(trial, aws);
  for (const { key, body } of Array.from({ length: OBJECTS }, (_, seed) => cloudTrailObject(seed, events / OBJECTS))) {
    aws.putObject('logs', key, body);
    aws.notify('logs', key);
  }
  const slow = pace === 'slow' ? slowDown(peer) : undefined;
  const started = performance.now();
  let code: number | undefined;
  const agent = trailferry('run', '--once', '--config', config).then((ended) => {
    code = ended.code;
  });
  const places = await disturb(peer, 2 * stops, (events / (2 * stops + 2)) * 600, () => code !== undefined);
  await agent;
  const seconds = (performance.now() - started) / 1000;
  slow?.();
  await stopPeer(peer);
  await aws.close();
  if (code !== 0) throw new Error(`the agent ended with ${code}`);
  return { ...judge(peer, places, events), stops: places.length, seconds };
}

function configure({ place, destination }: Trial, aws: { readonly endpoint: string; queueUrl(): string }): string {
  const { directory, port } = place;
  const config = join(directory, 'trailferry.yaml');
  writeFileSync(join(directory, 'secret'), 'none', { mode: 0o600 });
  writeFileSync(
    config,
    `version: 1
aws: {region: eu-west-1, endpoints: {sqs: "${aws.endpoint}", s3: "${aws.endpoint}"}, force_path_style: true, access_key_id: AKIATEST, secret_access_key: {file: ${directory}/secret}}
queues: [{name: q, url: "${aws.queueUrl()}", buckets: [logs], destinations: [peer]}]
destinations: [{name: peer, host: localhost, port: ${port}, format: leef, ${destination(place)}}]
state_dir: ${directory}/state
metrics: {listen: off}
`,
  );
  return config;
}

/** Stops the receivers in turn, each time when they have written some more. @returns where their files ended at each stop */
async function disturb(peer: Peer, stops: number, step: number, over: () => boolean): Promise<number[][]> {
  const places: number[][] = [];
  const sizes = (): number[] => peer.outs.map((out) => statSync(out).size);
  const written = (): number => sizes().reduce((sum, size) => sum + size, 0);
  for (let stop = 0; stop < stops; stop += 1) {
    const goal = written() + step;
    await until(() => over() || written() > goal, 60_000);
    if (over()) break;
    // Of several receivers both meet both signals.
    const turn = Math.floor(stop / 2) % peer.receivers.length;
    const receiver = peer.receivers[turn];
    await receiver?.kill(stop % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
    places.push(sizes());
    await sleep(50);
    await receiver?.start();
  }
  return places;
}

function slowDown({ receivers }: Peer): () => void {
  let stopped = false;
  const turn = async (): Promise<void> => {
    while (!stopped) {
      for (const receiver of receivers) receiver.freeze(true);
      await sleep(SLOW.frozen);
      for (const receiver of receivers) receiver.freeze(false);
      await sleep(SLOW.running);
    }
  };
  void turn();
  return () => {
    stopped = true;
  };
}

/** Reads what came, stop by stop. A line that a kill cut off is not there. */
function judge({ outs }: Peer, places: readonly number[][], events: number) {
  const seen = new Set<string>();
  let [duplicates, mostAgain, foreign] = [0, 0, 0];
  const files = outs.map((out) => readFileSync(out, 'latin1'));
  for (let stretch = 0; stretch <= places.length; stretch += 1) {
    let again = 0;
    for (const [index, file] of files.entries()) {
      const part = file.slice(lineAt(file, places[stretch - 1]?.[index] ?? 0), lineAt(file, places[stretch]?.[index]));
      for (const line of part.split(FRAME_START).filter((text) => text.endsWith('\n'))) {
        const ids = [...line.matchAll(ID)].map(([, id = '']) => id);
        if (ids.length !== 1) foreign += 1;
        if (ids.some((id) => seen.has(id))) {
          duplicates += 1;
          again += line.length;
        }
        for (const id of ids) seen.add(id);
      }
    }
    mostAgain = Math.max(mostAgain, again);
  }
  return { lost: events - seen.size, duplicates, mostAgain, foreign };
}

/** Where the line begins that is being written at this place. */
function lineAt(file: string, place = file.length): number {
  return place === 0 ? 0 : file.lastIndexOf('\n', place - 1) + 1;
}
