/** Cuts a syslog stream into messages as strictly as RFC 6587 allows. One parser a connection. */
export class FrameParser {
  private rest: Buffer = Buffer.alloc(0);

  /** Whether the stream stops in the middle of a frame. */
  get cut(): boolean {
    return this.rest.length > 0;
  }

  /** @returns the messages that are complete, in order. @throws when the stream is no sequence of frames */
  push(chunk: Buffer): Buffer[] {
    const data = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const messages: Buffer[] = [];
    let at = 0;
    for (let frame = nextFrame(data, at); frame !== undefined; frame = nextFrame(data, at)) {
      messages.push(data.subarray(frame.start, frame.end));
      at = frame.next;
    }
    this.rest = data.subarray(at);
    return messages;
  }
}

interface Place {
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

const LESS_THAN = 0x3c;

/** A digit begins an octet-counted frame (RFC 6587 3.4.1), `<` one that a line feed ends (3.4.2). */
function nextFrame(data: Buffer, at: number): Place | undefined {
  if (at >= data.length) return undefined;
  const place = data[at] === LESS_THAN ? untilLineFeed(data, at) : counted(data, at);
  if (place !== undefined && data[place.start] !== LESS_THAN)
    throw new Error(`no message here: ${excerpt(data, place.start)}`);
  return place;
}

function untilLineFeed(data: Buffer, at: number): Place | undefined {
  const end = data.indexOf(0x0a, at);
  return end < 0 ? undefined : { start: at, end, next: end + 1 };
}

function counted(data: Buffer, at: number): Place | undefined {
  const head = data.toString('latin1', at, at + 11);
  const count = /^([1-9][0-9]{0,9}) /.exec(head);
  if (count?.[1] === undefined) {
    if (/^[1-9][0-9]{0,9}$/.test(head) && at + head.length === data.length) return undefined;
    throw new Error(`no octet count here: ${excerpt(data, at)}`);
  }
  const start = at + count[0].length;
  const end = start + Number(count[1]);
  return end > data.length ? undefined : { start, end, next: end };
}

function excerpt(data: Buffer, at: number): string {
  return JSON.stringify(data.toString('latin1', at, at + 40));
}
