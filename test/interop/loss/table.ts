import type { TlsVersion } from '../peers/peer.ts';
import type { Row } from './rows.ts';
import type { Outcome, Trial } from './run.ts';

interface Line extends Row {
  readonly tls: TlsVersion;
  readonly pace: Trial['pace'];
  readonly outcome?: Outcome;
}

const HEAD = [
  'receiver',
  'stopped',
  'confirmed by',
  'TLS',
  'pace',
  'events',
  'stops',
  'lost',
  'twice',
  'most twice after a stop',
];

/** What was measured, as Markdown. */
export function tableOf(lines: readonly Line[]): string {
  const all = [HEAD, HEAD.map(() => '---'), ...lines.map(cells)];
  return all.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function cells({ peer, victim, confirm, tls, pace, outcome }: Line): string[] {
  const what = [peer.name, victim, confirm, peer.name === 'rsyslog, RELP' ? '-' : tls, pace];
  if (outcome === undefined) return [...what, 'did not end'];
  const { events, stops, lost, again, mostAgainBytes } = outcome;
  return [...what, ...[events, stops, lost, again].map(String), `${Math.ceil(mostAgainBytes / 1024)} KiB`];
}
