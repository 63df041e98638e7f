import type { Destination } from './destination.ts';
import type { Log } from './health/log.ts';
import { worthOf } from './worth.ts';

/** Longest look at one destination. Milliseconds. */
const PATIENCE_MS = 60_000;

/**
 * Probes every destination once, beside the work, so that a wrong token or certificate, and how far a destination
 * confirms, are in the log before the first event comes to it. It decides nothing: the events themselves find out whether a
 * destination takes them.
 * @param signal ends it
 */
export async function firstLook(
  destinations: readonly Pick<Destination, 'name' | 'transport'>[],
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(destinations.map((destination) => look(destination, log, signal)));
}

async function look(
  { name, transport }: Pick<Destination, 'name' | 'transport'>,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const tell = (what: string): void => log('warning', `a look at the start: ${what}`, { destination: name });
  try {
    const { steps } = await transport.probe(AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]));
    let host = '';
    for (const { ok, step, detail, remedy = 'see `trailferry doctor`' } of steps) {
      if (step === 'host') host = ` at ${detail}`;
      if (!ok) tell(`${step}${host}: ${detail}; ${remedy}`);
    }
    if (transport.confirmation === undefined || signal.aborted || steps.some(({ ok }) => !ok)) return;
    const level = transport.confirmation.why === '' ? 'info' : 'notice';
    log(level, `a delivery is worth: ${worthOf(transport)}`, { destination: name });
  } catch (error) {
    if (!signal.aborted)
      tell(`no answer (${error instanceof Error ? error.message : error}); see \`trailferry doctor\``);
  }
}
