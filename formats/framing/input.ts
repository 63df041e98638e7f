/** Chunks of bytes read one by one; the first can be looked at, and the last given back in part. Disposing ends the source. */
export class Input implements AsyncDisposable {
  /** Number of bytes that were read and not given back. */
  offset = 0;
  private readonly source: AsyncIterator<Buffer>;
  private last: Buffer | undefined;
  private returned: Buffer | undefined;
  private failure: { readonly error: unknown } | undefined;

  constructor(source: AsyncIterable<Buffer>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** The next chunk; undefined at the end. @throws what the source throws */
  async next(): Promise<Buffer | undefined> {
    if (this.returned === undefined && this.failure !== undefined) throw this.failure.error;
    const chunk = this.returned ?? (await this.source.next()).value ?? undefined;
    this.returned = undefined;
    this.last = chunk;
    this.offset += chunk?.length ?? 0;
    return chunk;
  }

  async *rest(): AsyncGenerator<Buffer, void, void> {
    for (let chunk = await this.next(); chunk !== undefined; chunk = await this.next()) yield chunk;
  }

  /** Whether nothing follows. @throws what the source throws */
  async ended(): Promise<boolean> {
    return (await this.peek(1)) === '' && (await this.next()) === undefined;
  }

  /** The next bytes as they come, at most `most` of them; undefined at the end. @throws what the source throws */
  async nextUpTo(most: number): Promise<Buffer | undefined> {
    const chunk = await this.next();
    if (chunk === undefined || chunk.length <= most) return chunk;
    this.unread(chunk.length - most);
    return chunk.subarray(0, most);
  }

  /** Exactly the next `count` bytes; undefined when there are not so many. @throws what the source throws */
  async take(count: number): Promise<Buffer | undefined> {
    if (count === 0) return Buffer.alloc(0);
    if ((await this.peek(count)).length >= count) return this.nextUpTo(count);
    // What cut the rest short may be a failure of the source: reading on brings it out.
    await this.skip(count);
    return undefined;
  }

  /** Passes over bytes as they come. @returns whether there were so many @throws what the source throws */
  async skip(count: number): Promise<boolean> {
    let left = count;
    while (left > 0) {
      const chunk = await this.nextUpTo(left);
      if (chunk === undefined) return false;
      left -= chunk.length;
    }
    return true;
  }

  /** Gives back this many bytes of the chunk that was read last. */
  unread(count: number): void {
    if (count === 0 || this.last === undefined) return;
    this.returned = this.last.subarray(this.last.length - count);
    this.offset -= count;
  }

  /** The next `count` bytes, or what there is, as a byte string; they stay unread. A failure waits for its turn. */
  async peek(count: number): Promise<string> {
    const chunks: Buffer[] = [];
    let held = 0;
    try {
      while (held < count) {
        const chunk = await this.next();
        if (chunk === undefined) break;
        chunks.push(chunk);
        held += chunk.length;
      }
    } catch (error) {
      this.failure = { error };
    }
    this.last = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    this.unread(held);
    return this.last?.toString('latin1', 0, count) ?? '';
  }

  /** Reads to the end. @returns whether there was nothing but zeros */
  async onlyZeros(): Promise<boolean> {
    for await (const chunk of this.rest()) {
      if (!chunk.every((byte) => byte === 0)) return false;
    }
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source.return?.();
  }
}
