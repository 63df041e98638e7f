import {
  constants,
  createGunzip,
  createInflateRaw,
  createZstdDecompress,
  type Gunzip,
  type InflateRaw,
  type ZstdDecompress,
} from 'node:zlib';
import type { Input } from './input.ts';
import { FormatError } from './record.ts';

/** Node's default of 16 KiB makes streams two to three times slower. */
const OUTPUT_CHUNK = 256 * 1024;

/** What every reader of Zstandard should have (RFC 8878 section 3.1.1.1.2): 8 MiB. Node would give a frame 128 MiB. */
const ZSTD_WINDOW_LOG = 23;

type Inflater = Gunzip | InflateRaw | ZstdDecompress;

interface Compression {
  readonly name: 'GZIP' | 'ZSTD' | 'ZIP';
  readonly open: () => Inflater;
}

const GZIP: Compression = { name: 'GZIP', open: () => createGunzip({ chunkSize: OUTPUT_CHUNK }) };
const ZSTD: Compression = {
  name: 'ZSTD',
  open: () =>
    createZstdDecompress({
      chunkSize: OUTPUT_CHUNK,
      params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG },
    }),
};
const DEFLATE: Compression = { name: 'ZIP', open: () => createInflateRaw({ chunkSize: OUTPUT_CHUNK }) };

/** How a gzip member begins. */
const GZIP_MAGIC = '\x1f\x8b';
/** How a Zstandard frame begins. */
const ZSTD_MAGIC = '\x28\xb5\x2f\xfd';
/** How a skippable frame begins: parallel compressors write them, also as the first. Or what there is of it. */
const SKIPPABLE = /^[P-_](?:\*(?:M(?:\x18)?)?)?$/;

/*
 * Node ends a stream with success at the second of two Zstandard frames in one chunk, and at anything that follows a
 * zero behind a gzip member: only the bytes it left unread tell.
 */

/** All members of a gzip stream (RFC 1952), checked to the last byte. @throws {FormatError} TF-GZIP-* */
export async function* gunzip(input: Input): AsyncGenerator<Buffer, void, void> {
  while (!(await input.ended())) {
    const at = input.offset;
    if (await begins(input, GZIP_MAGIC)) yield* inflate(input, GZIP);
    // Tapes and block devices pad gzip files.
    else if (!(await input.onlyZeros())) throw trailing(GZIP, at);
  }
}

/** All frames of a Zstandard stream (RFC 8878), checked to the last byte. @throws {FormatError} TF-ZSTD-* */
export async function* unzstd(input: Input): AsyncGenerator<Buffer, void, void> {
  while (!(await input.ended())) {
    if (await begins(input, ZSTD_MAGIC)) yield* inflate(input, ZSTD);
    else if (SKIPPABLE.test(await input.peek(4))) await passOverFrame(input);
    else throw trailing(ZSTD, input.offset);
  }
}

/** One raw deflate stream (RFC 1951); bytes behind it stay unread. @throws {FormatError} TF-ZIP-* */
export function inflateRaw(input: Input): AsyncGenerator<Buffer, void, void> {
  return inflate(input, DEFLATE);
}

/** Also true for a magic that is cut off: its member is truncated, then. */
async function begins(input: Input, magic: string): Promise<boolean> {
  return magic.startsWith(await input.peek(magic.length));
}

async function passOverFrame(input: Input): Promise<void> {
  const head = await input.take(8);
  if (head === undefined || !(await input.skip(head.readUInt32LE(4)))) throw truncated(ZSTD);
}

function trailing({ name }: Compression, at: number): FormatError {
  return new FormatError(`TF-${name}-TRAILING`, `what follows at byte ${at} is no ${name.toLowerCase()} data`);
}

function truncated({ name }: Compression, cause?: unknown): FormatError {
  return new FormatError(`TF-${name}-TRUNCATED`, `the ${name.toLowerCase()} data ends before it is complete`, cause);
}

/**
 * Feeds the inflater one chunk at a time and hands on all it gives before it feeds the next or ends it. A stream
 * pipeline would throw away what is buffered when the end turns out to be missing; this way every byte before a
 * truncation comes out first.
 */
async function* inflate(input: Input, compression: Compression): AsyncGenerator<Buffer, void, void> {
  const stream = compression.open();
  const turn = new Turn(stream);
  const start = input.offset;
  try {
    for (;;) {
      const chunk = await input.next();
      if (chunk === undefined) break;
      let written = false;
      stream.write(chunk, () => {
        written = true;
        turn.wake();
      });
      while (!written && !turn.over) {
        await turn.next();
        yield* drain(stream);
      }
      yield* drain(stream);
      if (turn.over || stream.bytesWritten < input.offset - start) break;
    }
    stream.end();
    while (!turn.over) {
      await turn.next();
      yield* drain(stream);
    }
    if (turn.error !== undefined) throw inflateError(compression, turn.error, start + stream.bytesWritten);
    input.unread(input.offset - start - stream.bytesWritten);
  } finally {
    stream.destroy();
  }
}

function* drain(stream: Inflater): Generator<Buffer, void, void> {
  for (;;) {
    const chunk: Buffer | null = stream.read();
    if (chunk === null) return;
    yield chunk;
  }
}

/** Waits for the next sign of life of a stream. */
class Turn {
  error: NodeJS.ErrnoException | undefined;
  over = false;
  private signal = false;
  private resume: (() => void) | undefined;

  constructor(stream: Inflater) {
    stream.on('readable', () => this.wake());
    stream.on('end', () => this.finish());
    stream.on('error', (error) => this.finish(error));
  }

  wake(): void {
    this.signal = true;
    this.resume?.();
  }

  private finish(error?: Error): void {
    this.over = true;
    this.error = error;
    this.wake();
  }

  async next(): Promise<void> {
    if (!this.signal) {
      await new Promise<void>((resolve) => {
        this.resume = resolve;
      });
    }
    this.signal = false;
    this.resume = undefined;
  }
}

/** The magic was right once, so a wrong one is that of a later member. */
const WRONG_MAGIC = new Set(['incorrect header check', 'Unknown frame descriptor']);

function inflateError(compression: Compression, error: NodeJS.ErrnoException, at: number): FormatError {
  const name = compression.name.toLowerCase();
  if (compression !== DEFLATE && WRONG_MAGIC.has(error.message)) return trailing(compression, at);
  if (error.code === 'Z_BUF_ERROR') return truncated(compression, error);
  if (error.code === 'ZSTD_error_frameParameter_windowTooLarge') {
    const most = 2 ** (ZSTD_WINDOW_LOG - 20);
    return new FormatError('TF-ZSTD-WINDOW', `the zstd data needs a window of more than ${most} MiB`, error);
  }
  return new FormatError(`TF-${compression.name}-CORRUPT`, `the ${name} data is corrupt`, error);
}
