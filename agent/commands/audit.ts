import { type Command, EXIT } from '../command.ts';
import { balanced } from '../delivery/account.ts';
import { type LedgerEntry, readLedger } from '../delivery/ledger.ts';
import { clean } from '../health/log.ts';
import { configOf, stateDirOptions, wantsJson } from './state-dir.ts';

interface Line {
  readonly object: string;
  readonly destination: string;
  readonly read: number;
  readonly delivered: number;
  readonly filtered: number;
  readonly quarantined: number;
  readonly resent: number;
  readonly state: 'complete' | 'pending';
  readonly balanced: boolean;
}

/** The account of every object at every destination: read = delivered + filtered + quarantined. */
export const audit: Command = {
  name: 'audit',
  summary: 'Print the account of every object and destination; exit 1 when one does not balance',
  usage: '[--config FILE] [--object TEXT] [-o json]',
  options: { ...stateDirOptions, object: { type: 'string' } },
  async run(args, io) {
    const { entries, state } = await readLedger(configOf(args).state_dir);
    const part = args.values['object'];
    const lines = entries.map(lineOf).filter(({ object }) => typeof part !== 'string' || object.includes(part));
    const wrong = lines.filter((line) => !line.balanced);
    if (wantsJson(args)) io.out(`${JSON.stringify({ balanced: wrong.length === 0, lanes: lines })}\n`);
    else io.out(table(lines));
    if (state === 'damaged') io.err('the ledger file is damaged; the table shows its sound part\n');
    for (const { object, destination } of wrong) io.err(`NOT BALANCED: ${clean(object)} at ${destination}\n`);
    return wrong.length === 0 && state !== 'damaged' ? EXIT.fine : EXIT.no;
  },
};

function lineOf(entry: LedgerEntry): Line {
  const { object, destination, watermark, delivered, filtered, quarantined, resent, complete } = entry;
  return {
    ...{
      object: `s3://${object.bucket}/${object.key}`,
      destination,
      read: watermark,
      delivered,
      filtered,
      quarantined,
      resent,
    },
    state: complete ? 'complete' : 'pending',
    balanced: balanced(entry),
  };
}

const FIGURES = ['read', 'delivered', 'filtered', 'quarantined', 'resent'] as const;

function table(lines: readonly Line[]): string {
  const sum = (name: (typeof FIGURES)[number]): number => lines.reduce((total, line) => total + line[name], 0);
  const row = (figures: readonly (string | number)[], rest: string): string =>
    `${figures.map((figure) => String(figure).padStart(11)).join(' ')}  ${rest}\n`;
  const head = row(FIGURES, 'state     destination  object');
  const body = lines.map((line) =>
    row(
      FIGURES.map((name) => line[name]),
      `${line.state.padEnd(9)} ${line.destination.padEnd(12)} ${clean(line.object)}`,
    ),
  );
  const total = row(
    FIGURES.map(sum),
    `${lines.length} lanes, ${lines.every((line) => line.balanced) ? 'balanced' : 'NOT BALANCED'}`,
  );
  return head + body.join('') + total;
}
