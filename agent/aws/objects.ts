/**
 * One object that a notification announces. `key` is decoded by the rule of the shape that carried it; `alternateKey` is
 * the key read by the other rule, where that differs: senders get the encoding wrong, so a reader tries it once when
 * `key` is not there. Everything but bucket and key may be missing.
 */
export interface ObjectRef {
  readonly bucket: string;
  readonly key: string;
  readonly alternateKey?: string;
  readonly versionId?: string;
  /** Without quotes. */
  readonly etag?: string;
  /** Bytes as stored. */
  readonly size?: number;
  /** Orders the events of one key: hex, compared after padding with zeros on the right. */
  readonly sequencer?: string;
}

/** One version of one key. `version` is the version id, or the etag in a bucket without versions. */
export interface ObjectVersion {
  readonly bucket: string;
  readonly key: string;
  readonly version: string;
}

/**
 * An object of which S3 has already answered the head. Dispose of it when its bytes are not wanted, or not to the end:
 * the connection is held until then.
 */
export interface OpenObject extends Disposable {
  /** What S3 has really opened; its key is the one that was found. */
  readonly version: ObjectVersion;
  /** Bytes as stored; what `stream` yields, exactly. */
  readonly size: number;
  readonly lastModified: Date | undefined;
  /**
   * The stored bytes from the first to the last, in the chunks in which the socket gave them. Nothing is read ahead of
   * the consumer but what the socket buffers. A connection that breaks, stalls or ends early is replaced by a ranged
   * request for the rest of the same version, which the consumer does not notice.
   * @throws {ObjectError} when several tries in a row got no byte further, or the version is gone (`TF-S3-412`, `TF-S3-404`)
   * @throws the signal's reason when it aborts
   */
  stream(signal: AbortSignal): AsyncIterable<Buffer>;
  /**
   * The stored bytes from `start` up to `end`, in requests of their own: for formats that begin at their end. All of them
   * are held in memory.
   * @throws as `stream`
   */
  range(start: number, end: number, signal: AbortSignal): Promise<ArrayBuffer>;
}

/** Reads objects of S3. */
export interface ObjectReader {
  /**
   * Opens the announced version: the version id if known, and only while its etag is the announced one.
   * @throws {ObjectError} `TF-S3-412` when the object was overwritten since. Its announced bytes are gone for good; open
   *   it again without `etag` to read what is there now, which is another object with an account of its own.
   * @throws the signal's reason when it aborts
   */
  open(ref: ObjectRef, signal: AbortSignal): Promise<OpenObject>;
}
