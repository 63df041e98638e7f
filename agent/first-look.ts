import type { Destination } from './destination.ts';
import type { Log } from './health/log.ts';
import { worthOf } from './worth.ts';

/**
 * Looks, before there is anything to send, how far each destination confirms that has a choice of levels, and says so in
 * the log. A destination that cannot be looked at yet is only told of: the first send will say more.
 * @throws nothing; when the signal fires it says nothing any more
 */
export async function firstLook(
  destinations: readonly Pick<Destination, 'name' | 'transport'>[],
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const choosing = destinations.filter(({ transport }) => transport.confirmation !== undefined);
  await Promise.all(choosing.map((destination) => look(destination, log, signal)));
}

async function look(
  { name, transport }: Pick<Destination, 'name' | 'transport'>,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const report = await transport.probe(signal).catch(() => undefined);
  if (report === undefined || signal.aborted) return;
  const destination = { destination: name };
  const failed = report.steps.find(({ ok }) => !ok);
  if (failed === undefined) {
    const level = transport.confirmation?.why === '' ? 'info' : 'notice';
    return log(level, `a delivery is worth: ${worthOf(transport)}`, destination);
  }
  const { step, detail, remedy = '' } = failed;
  log('warning', `a first look at the destination failed at ${step}: ${detail}${remedy && `; ${remedy}`}`, destination);
}
