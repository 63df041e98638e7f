import { createReadStream, openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SecretError } from '../../config/credentials.ts';
import { LookupFileError } from '../../config/lookup-files.ts';
import { ConfigError, faultLine } from '../../config/report.ts';
import { toByteString } from '../../formats/framing/byte-string.ts';
import { decompress } from '../../formats/framing/decompress.ts';
import type { RandomAccess } from '../../formats/framing/random-access.ts';
import { FormatError, type LogRecord } from '../../formats/framing/record.ts';
import type { Chunk } from '../../formats/framing/row-chunk.ts';
import { ignoredBy } from '../../formats/log-types/ignored.ts';
import { formatNames } from '../../formats/wire/index.ts';
import { type Command, type CommandArgs, type CommandIo, EXIT, UsageError } from '../command.ts';
import { Converter, type FrameSink } from '../convert.ts';
import { explainObject } from '../explain.ts';
import { contentsOf, withHead } from '../object-type.ts';
import { understand, type Wanted } from './convert-options.ts';

/** Converts log objects on this host, to see what a SIEM would get. */
export const convert: Command = {
  name: 'convert',
  summary: 'Convert log files to any format on stdout; --explain shows where each value comes from',
  usage: `[--format ${formatNames.join('|')}] [--config FILE [--destination NAME]] [--type TYPE] [--key S3KEY] [--explain] FILE...`,
  options: {
    config: { type: 'string', short: 'c' },
    destination: { type: 'string', short: 'd' },
    format: { type: 'string', short: 'f' },
    type: { type: 'string', short: 't' },
    key: { type: 'string', short: 'k' },
    explain: { type: 'boolean' },
  },
  async run(args, io) {
    const wanted = understandOrTell(args, io);
    if (wanted === undefined) return EXIT.config;
    for (const file of wanted.files) await mustBeFile(file);
    let quarantined = 0;
    for (const file of wanted.files) quarantined += await convertFile(file, wanted, io);
    tellFiltered(wanted, io);
    return quarantined === 0 ? EXIT.fine : EXIT.no;
  },
};

/** Undefined when every fault of the configuration has been told. */
function understandOrTell(args: CommandArgs, io: CommandIo): Wanted | undefined {
  try {
    return understand(args);
  } catch (error) {
    if (error instanceof ConfigError) for (const fault of error.faults) io.err(`${faultLine(fault)}\n`);
    else if (error instanceof SecretError || error instanceof LookupFileError) io.err(`${error.message}\n`);
    else throw error;
    return undefined;
  }
}

function tellFiltered({ dress }: Wanted, io: CommandIo): void {
  for (const { name, seen, dropped } of dress.rules.filters.counts)
    io.err(`filter ${name} kept back ${dropped} of ${seen} events\n`);
}

async function mustBeFile(file: string): Promise<void> {
  if (file === '-') return;
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) throw new UsageError(`${file} cannot be read (${found.code})`);
  if (!found.isFile()) throw new UsageError(`${file} is not a file`);
}

/** @returns number of records that a running agent would quarantine */
async function convertFile(file: string, wanted: Wanted, io: CommandIo): Promise<number> {
  const key = wanted.key ?? (file === '-' ? 'stdin' : resolve(file));
  const rule = ignoredBy(key);
  if (rule !== undefined) {
    io.err(`${file}: filtered by rule ${rule.name}: ${rule.reason}\n`);
    return 0;
  }
  const source = file === '-' ? process.stdin : createReadStream(file);
  const sink = new PrintSink(file, io);
  let converter: Pick<Converter, 'push' | 'end' | 'records'> | undefined;
  try {
    for await (const chunk of withHead(decompress(source as AsyncIterable<Buffer>, await accessTo(file)))) {
      converter ??= open(chunk, key, wanted, sink, io);
      converter.push(chunk);
    }
    converter?.end();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    sink.complain(converter?.records ?? 0, error);
  }
  return sink.refused;
}

/** A file can be read anywhere, as formats want it that begin at their end; standard input only as it comes. */
async function accessTo(file: string): Promise<{ readonly file?: RandomAccess }> {
  if (file === '-') return {};
  const blob = await openAsBlob(file);
  return { file: { byteLength: blob.size, slice: (start, end) => blob.slice(start, end).arrayBuffer() } };
}

function open(
  head: Chunk,
  key: string,
  wanted: Wanted,
  sink: PrintSink,
  io: CommandIo,
): Pick<Converter, 'push' | 'end' | 'records'> {
  const { dress, overrides, mapping, explain } = wanted;
  const contents = contentsOf({ bucket: 'file', key: toByteString(key), version: '' }, head, overrides, mapping);
  if (explain) return explainObject(contents, dress, sink, (text) => io.out(text));
  return new Converter(contents, [{ dress, sink }]);
}

class PrintSink implements FrameSink {
  readonly offered = 0;
  refused = 0;
  private readonly file: string;
  private readonly io: CommandIo;

  constructor(file: string, io: CommandIo) {
    this.file = file;
    this.io = io;
  }

  frame(_ordinal: number, frame: string): void {
    this.io.out(Buffer.from(frame, 'latin1').toString('utf8'));
  }

  pass(): void {}

  refuse(ordinal: number, _record: LogRecord, error: FormatError): void {
    this.complain(ordinal, error);
  }

  complain(ordinal: number, error: FormatError): void {
    this.refused += 1;
    this.io.err(`${this.file}: record ${ordinal} would be quarantined: ${error.message}\n`);
  }
}
