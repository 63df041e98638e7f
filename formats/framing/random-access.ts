/** Bytes that can be read anywhere: formats that begin with what stands at their end need it. */
export interface RandomAccess {
  readonly byteLength: number;
  /** Exactly the bytes from `start` up to `end`. */
  slice(start: number, end: number): Promise<ArrayBuffer>;
}

/** Bytes that stand in memory. */
export function inMemory(bytes: Buffer): RandomAccess {
  return {
    byteLength: bytes.length,
    slice: async (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer,
  };
}
