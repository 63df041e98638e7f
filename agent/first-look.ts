import type { Destination } from './destination.ts';
import type { Log } from './health/log.ts';
import { worthOf } from './worth.ts';

/** Longest look at one destination. Milliseconds. */
const PATIENCE_MS = 60_000;

/**
 * Probes every destination once, beside the work, so that a wrong token or certificate is in the log before the first
 * event comes to it, and how far it confirms. It stops nothing: the events themselves find out whether a destination takes
 * them.
 * @param signal ends it
 */
export async function firstLook(destinations: readonly Destination[], log: Log, signal: AbortSignal): Promise<void> {
  await Promise.all(destinations.map((destination) => look(destination, log, signal)));
}

async function look({ name, transport }: Destination, log: Log, signal: AbortSignal): Promise<void> {
  const tell = (what: string): void => log('warning', `a look at the start: ${what}`, { destination: name });
  try {
    const { ok: well, steps } = await transport.probe(AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]));
    let host = '';
    for (const { ok, step, detail, remedy = 'see `trailferry doctor`' } of steps) {
      if (step === 'host') host = ` at ${detail}`;
      if (!ok) tell(`${step}${host}: ${detail}; ${remedy}`);
    }
    if (well) tellWorth(transport, log, name);
  } catch (error) {
    if (!signal.aborted)
      tell(`no answer (${error instanceof Error ? error.message : error}); see \`trailferry doctor\``);
  }
}

/** How far a destination confirms that has a choice of levels, and why not further. */
function tellWorth(transport: Destination['transport'], log: Log, destination: string): void {
  const { confirmation } = transport;
  if (confirmation === undefined) return;
  const level = confirmation.why === '' ? 'info' : 'notice';
  log(level, `a look at the start: a delivery is worth ${worthOf(transport)}`, { destination });
}
