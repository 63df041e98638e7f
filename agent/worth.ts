import type { Transport } from '../transports/transport.ts';

/** What a delivery is worth, in words: its assurance, and how far it is confirmed where there is a choice of levels. */
export function worthOf({ assurance, confirmation }: Pick<Transport, 'assurance' | 'confirmation'>): string {
  if (confirmation === undefined) return assurance;
  const { level, why } = confirmation;
  return `${assurance} (confirm: ${level}${why === '' ? '' : `; ${why}`})`;
}
