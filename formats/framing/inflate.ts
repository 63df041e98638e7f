import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { FormatError } from './record.ts';

/** Node's default of 16 KiB makes streams two to three times slower. */
const OUTPUT_CHUNK = 256 * 1024;

type Inflater = Gunzip | ZstdDecompress;

/** All members of a gzip stream (RFC 1952), checked to the last byte. @throws {FormatError} TF-GZIP-* */
export async function* gunzip(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  const stream = createGunzip({ chunkSize: OUTPUT_CHUNK });
  const tail = new Tail();
  yield* inflate(stream, tail.watch(source), 'GZIP');
  if (!tail.zeroFrom(stream.bytesWritten)) {
    const at = `byte ${stream.bytesWritten} of ${tail.total}`;
    throw new FormatError('TF-GZIP-TRAILING', `what follows the gzip data at ${at} is no gzip member`);
  }
}

/** Zstandard frames (RFC 8878). @throws {FormatError} TF-ZSTD-* */
export async function* unzstd(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  yield* inflate(createZstdDecompress({ chunkSize: OUTPUT_CHUNK }), source, 'ZSTD');
}

/**
 * Feeds the inflater one chunk at a time and hands on all it gives before it feeds the next or ends it. A stream
 * pipeline would throw away what is buffered when the end turns out to be missing; this way every byte before a
 * truncation comes out first.
 */
async function* inflate(
  stream: Inflater,
  source: AsyncIterable<Buffer>,
  name: string,
): AsyncGenerator<Buffer, void, void> {
  const turn = new Turn(stream);
  try {
    for await (const chunk of source) {
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
      if (turn.over) break;
    }
    stream.end();
    while (!turn.over) {
      await turn.next();
      yield* drain(stream);
    }
    if (turn.error !== undefined) throw inflateError(name, turn.error);
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

function inflateError(name: string, error: NodeJS.ErrnoException): FormatError {
  const truncated = error.code === 'Z_BUF_ERROR' || error.code === 'ZSTD_error_srcSize_wrong';
  const code = truncated ? `TF-${name}-TRUNCATED` : `TF-${name}-CORRUPT`;
  const what = truncated ? 'ends before it is complete' : 'is corrupt';
  return new FormatError(code, `the ${name.toLowerCase()} data ${what}`, error);
}

/**
 * Remembers the end of a source. Node's gunzip takes a damaged header of a later member for padding and reports
 * success; only the bytes it left unread tell.
 */
class Tail {
  total = 0;
  private kept: Buffer[] = [];

  async *watch(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
    for await (const chunk of source) {
      this.total += chunk.length;
      this.kept.push(chunk);
      if (this.kept.length > 2) this.kept.shift();
      yield chunk;
    }
  }

  zeroFrom(offset: number): boolean {
    const unread = this.total - offset;
    const end = Buffer.concat(this.kept);
    return unread <= end.length && end.subarray(end.length - unread).every((byte) => byte === 0);
  }
}
