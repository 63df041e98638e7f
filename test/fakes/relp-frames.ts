/** One RELP frame as it came. */
export interface RelpFrame {
  readonly txnr: number;
  readonly command: string;
  /** One UTF-16 unit a byte. */
  readonly data: string;
}

const HEADER = /^(0|[1-9]\d{0,8}) ([a-zA-Z]{1,32}) (0|[1-9]\d{0,8})([ \n])/;
/** A header is no longer than this, with the octet that ends it. */
const LONGEST_HEADER = 9 + 1 + 32 + 1 + 9 + 1;

/** Cuts a RELP stream into frames as strictly as the specification allows. One parser a connection. */
export class RelpParser {
  private parts: Buffer[] = [];
  private held = 0;
  /** Bytes below which no further frame can be complete. */
  private wanted = 0;

  /** Whether the stream stops in the middle of a frame. */
  get cut(): boolean {
    return this.held > 0;
  }

  /** @returns the frames that are complete, in order. @throws when the stream is no sequence of frames */
  push(chunk: Buffer): RelpFrame[] {
    this.parts.push(chunk);
    this.held += chunk.length;
    if (this.held < this.wanted) return [];
    const bytes = Buffer.concat(this.parts);
    const frames: RelpFrame[] = [];
    let at = 0;
    for (let found = this.read(bytes, at); found !== undefined; found = this.read(bytes, at)) {
      frames.push(found.frame);
      at = found.end;
    }
    const rest = bytes.subarray(at);
    this.parts = rest.length === 0 ? [] : [rest];
    this.held = rest.length;
    return frames;
  }

  private read(bytes: Buffer, at: number): { readonly frame: RelpFrame; readonly end: number } | undefined {
    this.wanted = 0;
    const start = bytes.toString('latin1', at, at + LONGEST_HEADER);
    if (start === '') return undefined;
    const header = HEADER.exec(start);
    if (header === null) {
      if (start.length < LONGEST_HEADER && /^\d{0,9}(?: [a-zA-Z]{0,32}(?: \d{0,9})?)?$/.test(start)) return undefined;
      throw new Error(`no RELP header: ${JSON.stringify(start)}`);
    }
    const [whole, txnr, command = '', length, separator] = header;
    if ((separator === '\n') !== (length === '0')) throw new Error(`data that is not there: ${JSON.stringify(start)}`);
    const from = at + whole.length;
    const to = from + Number(length);
    const end = separator === '\n' ? from : to + 1;
    if (end > bytes.length) {
      this.wanted = end - at;
      return undefined;
    }
    if (bytes[end - 1] !== 0x0a) throw new Error(`no line feed after ${whole}`);
    return { frame: { txnr: Number(txnr), command, data: bytes.toString('latin1', from, to) }, end };
  }
}
