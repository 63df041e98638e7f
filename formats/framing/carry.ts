const LEAST_BYTES = 16 * 1024;

/**
 * The bytes a framing has been given but not yet read, in one buffer that is used again. Reading starts at `start` and
 * ends at `end`; offsets into `bytes` hold until the next `add`.
 */
export class Carry {
  bytes = Buffer.alloc(0);
  start = 0;
  end = 0;

  get length(): number {
    return this.end - this.start;
  }

  add(chunk: Buffer): void {
    if (this.end + chunk.length > this.bytes.length) this.makeRoom(chunk.length);
    chunk.copy(this.bytes, this.end);
    this.end += chunk.length;
  }

  private makeRoom(needed: number): void {
    const held = this.length;
    let target = this.bytes;
    if (held + needed > target.length) target = Buffer.allocUnsafeSlow(Math.max(LEAST_BYTES, 2 * (held + needed)));
    this.bytes.copy(target, 0, this.start, this.end);
    this.bytes = target;
    this.start = 0;
    this.end = held;
  }
}
