import type { RandomAccess } from '../random-access.ts';
import { damaged } from './damage.ts';

/** Bytes of one column in a row group, fetched piece by piece as they are asked for. */
export class Pieces {
  private readonly file: RandomAccess;
  /** Where what follows in the file begins. */
  private at: number;
  private readonly end: number;
  private readonly pieceBytes: number;
  private held: Buffer;

  /** @param held what is here already of the bytes from `start` on */
  constructor(file: RandomAccess, start: number, end: number, pieceBytes: number, held = Buffer.alloc(0)) {
    this.file = file;
    this.at = start + held.length;
    this.end = end;
    this.pieceBytes = pieceBytes;
    this.held = held;
  }

  get left(): number {
    return this.held.length + this.end - this.at;
  }

  /** The next bytes, at least `count` or what there is left; they stay unread. */
  async peek(count: number): Promise<Buffer> {
    if (this.held.length < count && this.at < this.end) {
      const to = Math.min(this.end, this.at + Math.max(this.pieceBytes, count - this.held.length));
      const piece = Buffer.from(await this.file.slice(this.at, to));
      this.held = Buffer.concat([this.held, piece]);
      this.at = to;
    }
    return this.held;
  }

  /** The next bytes, exactly. @throws {FormatError} when there are fewer */
  async take(count: number): Promise<Buffer> {
    const bytes = await this.peek(count);
    if (bytes.length < count) throw damaged('a page reaches beyond its column');
    this.skip(count);
    return bytes.subarray(0, count);
  }

  /** Passes over bytes that were seen. */
  skip(count: number): void {
    this.held = this.held.subarray(count);
  }
}
