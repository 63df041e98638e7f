import type { Destination } from './destination.ts';

/** Less than this is the breath of a steady stream. Seconds. */
const WORTH_TELLING = 1;

/** Which destinations get less than there is because their limit says so: no fault, but why events come late. */
export function heldBack(destinations: readonly Pick<Destination, 'name' | 'settings' | 'outbox'>[]): string[] {
  return destinations.flatMap(({ name, settings, outbox }) => {
    const backlog = [...outbox.backlog].filter(([, seconds]) => seconds > 0);
    const seconds = backlog.reduce((sum, [, each]) => sum + each, 0);
    if (seconds < WORTH_TELLING) return [];
    const { max_events_per_second: events, max_bytes_per_second: bytes } = settings;
    const limits = [
      ...(events === undefined ? [] : [`${events} events/s`]),
      ...(bytes === undefined ? [] : [`${bytes} bytes/s`]),
    ];
    const each = backlog.map(([priority, part]) => `${priority} ${part.toFixed(1)} s`).join(', ');
    return [
      `destination ${name} is held back by its limit of ${limits.join(' and ')}: ${seconds.toFixed(1)} s of events wait (${each})`,
    ];
  });
}
