import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import type { Input } from './input.ts';
import { FormatError } from './record.ts';

/** Node's default of 16 KiB makes streams two to three times slower. */
const OUTPUT_CHUNK = 256 * 1024;

type Inflater = Gunzip | ZstdDecompress;

interface Compression {
  readonly name: 'GZIP' | 'ZSTD';
  readonly open: () => Inflater;
  /** How a member or frame begins. */
  readonly magic: string;
  /** Whether zeros may follow the last one: tapes and block devices pad gzip files. */
  readonly padded: boolean;
}

const GZIP: Compression = {
  name: 'GZIP',
  open: () => createGunzip({ chunkSize: OUTPUT_CHUNK }),
  magic: '\x1f\x8b',
  padded: true,
};
const ZSTD: Compression = {
  name: 'ZSTD',
  open: () => createZstdDecompress({ chunkSize: OUTPUT_CHUNK }),
  magic: '\x28\xb5\x2f\xfd',
  padded: false,
};

/** All members of a gzip stream (RFC 1952), checked to the last byte. @throws {FormatError} TF-GZIP-* */
export function gunzip(input: Input): AsyncGenerator<Buffer, void, void> {
  return inflateAll(input, GZIP);
}

/** All frames of a Zstandard stream (RFC 8878), checked to the last byte. @throws {FormatError} TF-ZSTD-* */
export function unzstd(input: Input): AsyncGenerator<Buffer, void, void> {
  return inflateAll(input, ZSTD);
}

/**
 * Node ends a stream with success at the second of two Zstandard frames in one chunk, and at anything that follows a
 * zero behind a gzip member: only the bytes it left unread tell.
 */
async function* inflateAll(input: Input, compression: Compression): AsyncGenerator<Buffer, void, void> {
  const { magic, padded } = compression;
  let head: string;
  do {
    yield* inflate(input, compression);
    head = await input.peek(magic.length);
    // Also a magic that is cut off: its member is truncated, then.
  } while (head !== '' && magic.startsWith(head));
  const at = input.offset;
  if (head !== '' && !(padded && (await input.onlyZeros()))) throw trailing(compression, at);
}

function trailing({ name }: Compression, at: number): FormatError {
  return new FormatError(`TF-${name}-TRAILING`, `what follows at byte ${at} is no ${name.toLowerCase()} data`);
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
  if (WRONG_MAGIC.has(error.message)) return trailing(compression, at);
  const name = compression.name.toLowerCase();
  if (error.code === 'Z_BUF_ERROR') {
    return new FormatError(`TF-${compression.name}-TRUNCATED`, `the ${name} data ends before it is complete`, error);
  }
  return new FormatError(`TF-${compression.name}-CORRUPT`, `the ${name} data is corrupt`, error);
}
