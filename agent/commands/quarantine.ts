import type { Config } from '../../config/config.ts';
import { LookupFileError } from '../../config/lookup-files.ts';
import { type Command, type CommandArgs, type CommandIo, EXIT, UsageError } from '../command.ts';
import { dropQuarantined, quarantined, readQuarantined } from '../delivery/quarantine.ts';
import type { StoredEntry } from '../delivery/segment.ts';
import { clean } from '../health/log.ts';
import { type Resend, resending } from '../resend.ts';
import { configOf, stateDirOptions, wantsJson } from './state-dir.ts';

/** The records that could not be delivered: to look at, send again, or give up. */
export const quarantine: Command = {
  name: 'quarantine',
  summary: 'List, show, retry or drop records that could not be delivered',
  usage: 'list | show ID | retry ID...|--all | drop ID...|--all   [--config FILE] [-o json]',
  options: { ...stateDirOptions, all: { type: 'boolean' } },
  async run(args, io) {
    const [verb, ...ids] = args.positionals;
    const { state_dir: stateDir } = configOf(args);
    switch (verb) {
      case 'list':
        return list(stateDir, wantsJson(args), io);
      case 'show':
        return show(stateDir, ids, io);
      case 'retry':
        return retry(chosen(stateDir, ids, args), args, io);
      case 'drop':
        return drop(chosen(stateDir, ids, args), stateDir, io);
      default:
        throw new UsageError(
          verb === undefined ? 'quarantine needs list, show, retry or drop' : `quarantine cannot ${verb}`,
        );
    }
  },
};

async function list(stateDir: string, asJson: boolean, io: CommandIo): Promise<number> {
  const found: object[] = [];
  for await (const entry of quarantined(stateDir)) {
    if (asJson) found.push(withoutBytes(entry));
    else io.out(`${entry.id}  ${describe(entry)}\n`);
  }
  if (asJson) io.out(`${JSON.stringify(found)}\n`);
  return EXIT.fine;
}

const withoutBytes = ({ bytes, ...entry }: StoredEntry): object => ({ ...entry, length: bytes.length });

function describe({ at, destination, reason, object, ordinal, kind, bytes }: StoredEntry): string {
  const what = kind === 'rest' ? `records from ${ordinal} to the end` : `record ${ordinal}`;
  const where = clean(`s3://${object.bucket}/${object.key}`);
  return `${new Date(at).toISOString()} ${destination} ${reason} ${what} of ${where} (${bytes.length} bytes)`;
}

async function show(stateDir: string, ids: readonly string[], io: CommandIo): Promise<number> {
  if (ids.length === 0) throw new UsageError('quarantine show needs an id; "quarantine list" gives them');
  for (const entry of await Promise.all(ids.map((id) => find(stateDir, id)))) {
    // A record is a stranger's text: shown as it is, it could steer the terminal.
    const record = entry.bytes.toString('utf8').split('\n').map(clean).join('\n');
    io.out(`${describe(entry)}\n${clean(entry.message)}\n${record}\n`);
  }
  return EXIT.fine;
}

async function* chosen(
  stateDir: string,
  ids: readonly string[],
  { values }: CommandArgs,
): AsyncGenerator<StoredEntry, void, void> {
  if (values['all'] === true) return yield* quarantined(stateDir);
  if (ids.length === 0) throw new UsageError('which records? give their ids, or --all');
  for (const entry of await Promise.all(ids.map((id) => find(stateDir, id)))) yield entry;
}

async function find(stateDir: string, id: string): Promise<StoredEntry> {
  return readQuarantined(stateDir, id).catch((error: Error) => {
    throw new UsageError(`there is no quarantined record "${id}" (${error.message})`);
  });
}

/** @throws {UsageError} when a file of the configuration cannot be used */
function resendingBy(config: Config): Resend {
  try {
    return resending(config);
  } catch (error) {
    if (error instanceof LookupFileError) throw new UsageError(error.message);
    throw error;
  }
}

/** Delivered entries are dropped in batches: each drop writes a segment. A crash repeats a batch at most. */
const RETRY_BATCH = 100;

async function retry(entries: AsyncIterable<StoredEntry>, args: CommandArgs, io: CommandIo): Promise<number> {
  const config = configOf(args);
  const resend = resendingBy(config);
  const delivered: string[] = [];
  const drop = (): Promise<void> => dropQuarantined(config.state_dir, delivered.splice(0));
  let failed = 0;
  for await (const entry of entries) {
    const problem = await resend(entry);
    if (problem === undefined) delivered.push(entry.id);
    else failed += 1;
    if (delivered.length >= RETRY_BATCH) await drop();
    io.out(`${entry.id}  ${problem === undefined ? 'delivered' : `stays: ${problem}`}\n`);
  }
  await drop();
  return failed === 0 ? EXIT.fine : EXIT.no;
}

/** Collected first: a segment is then written once, however many of its entries go. */
async function drop(entries: AsyncIterable<StoredEntry>, stateDir: string, io: CommandIo): Promise<number> {
  const ids: string[] = [];
  for await (const { id } of entries) ids.push(id);
  await dropQuarantined(stateDir, ids);
  for (const id of ids) io.out(`${id}  dropped\n`);
  return EXIT.fine;
}
