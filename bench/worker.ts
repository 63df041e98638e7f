/**
 * The process that is measured: the agent, or the bound beside it. A child of `bench.ts`, which makes the
 * objects and starts the receivers, so that neither costs this process anything.
 */
import { rmSync } from 'node:fs';
import { Agent } from '../agent/agent.ts';
import { connectAws } from '../agent/aws/connect.ts';
import { createLog } from '../agent/health/log.ts';
import { Report } from '../agent/report.ts';
import { readSecret } from '../config/credentials.ts';
import { readConfig } from '../config/load.ts';
import { type BoundName, bounds } from './bound.ts';
import { type Cost, measure } from './measure.ts';

export interface Order {
  readonly do: 'bound' | 'ferry';
  readonly config: string;
  readonly bound: BoundName;
  readonly keys: readonly string[];
}

export interface Answer {
  readonly cost: Cost;
  /** Of this process so far, MiB. */
  readonly peakMiB: number;
}

const objectsOf = new Map<string, ReturnType<ReturnType<typeof connectAws>>>();

async function bound(order: Order): Promise<Cost> {
  const { config } = readConfig(order.config, 'bench.yaml');
  const [queue] = config.queues;
  if (queue === undefined) throw new Error('the bench has no queue');
  const source = objectsOf.get(order.config) ?? connectAws(config.aws, readSecret)(queue);
  objectsOf.set(order.config, source);
  return measure(() => bounds[order.bound](source.objects, order.keys));
}

async function ferry(order: Order): Promise<Cost> {
  const { config } = readConfig(order.config, 'bench.yaml');
  rmSync(config.state_dir, { recursive: true, force: true });
  const agent = await Agent.open(config, new Report(createLog((line) => process.stderr.write(line), false)));
  const cost = await measure(async () => void (await agent.run(true)));
  await agent.stop();
  return cost;
}

process.on('message', async (order: Order) => {
  const cost = await (order.do === 'bound' ? bound(order) : ferry(order));
  const answer: Answer = { cost, peakMiB: process.resourceUsage().maxRSS / 1024 };
  process.send?.(answer);
});
process.once('disconnect', () => process.exit(0));
