import { setTimeout as sleep } from 'node:timers/promises';
import type { FrameBlock } from '../transport.ts';
import type { Verdict } from './connection.ts';
import { answerFault } from './faults.ts';

/** What the delivery of a block needs to know besides its frames. */
export interface DeliveryRules {
  readonly place: string;
  /** Most bytes of one request; a frame above it goes alone. */
  readonly mostBytes: number;
  readonly mostFrames: number;
  /** Whether a frame may follow the one before it in one request. */
  readonly mayFollow: (block: FrameBlock, index: number) => boolean;
  /**
   * Whether frames before a bad one count as delivered. Splunk has taken them, but gives no acknowledgement id for them:
   * true without `ack`. With it they are sent again, since a duplicate can be recognised and "indexed" must not be guessed.
   */
  readonly trustPrefix: boolean;
  /** Told of a frame that is refused for what the configuration says of it. */
  readonly onMisconfigured: (frame: Buffer) => void;
  /** Ends the waits between tries; what it is aborted with no longer matters to the block. */
  readonly signal: AbortSignal;
}

/** Frames `from` to `to - 1`, sent as one request. */
interface Part {
  readonly from: number;
  readonly to: number;
  /** Frames that an answer says were taken before this one, its suspect; true only if the suspect proves bad. */
  readonly before?: Part;
}

/** So many frames refused one by one, and none taken: it is not the frames. */
const mostRefusals = 32;
const firstWaitMs = 200;
/** No event of that size is too large: `max_content_bytes` cannot be less. */
const smallBytes = 4096;

/**
 * Sends a block, cutting it where a request is too large and narrowing down to the bad frames where one is refused.
 * A frame counts as refused only when it was refused alone: what `invalid-event-number` says is a hint.
 * @param post sends bytes; resolves with an answer of class ok, event or split
 * @returns the refused frames; all others were taken
 * @throws {DeliveryError} what `post` throws, or when it takes no frame for a reason that is not the frames'
 */
export async function deliver(
  block: FrameBlock,
  post: (events: Buffer) => Promise<Verdict>,
  rules: DeliveryRules,
): Promise<ReadonlyMap<number, Verdict>> {
  const refused = new Map<number, Verdict>();
  const parts = cut(block, rules).reverse();
  let taken = false;
  let tries = 0;
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const verdict = await post(bytes(block, part));
    if (verdict.meaning.class === 'ok') {
      taken = true;
      if (part.before !== undefined) parts.push(part.before);
    } else if (verdict.meaning.class === 'split' && part.to - part.from > 1) {
      parts.push(...halves(part.from, part.to));
    } else if (tries < (verdict.meaning.patience ?? 0)) {
      await sleep(firstWaitMs * 2 ** tries, undefined, { signal: rules.signal });
      tries += 1;
      parts.push(part);
    } else if (part.to - part.from > 1) {
      parts.push(...narrow(part, verdict));
    } else if (verdict.meaning.class === 'split' && bytes(block, part).length <= smallBytes) {
      throw answerFault(rules.place, verdict.answer, verdict.meaning);
    } else if (verdict.meaning.configured) {
      rules.onMisconfigured(bytes(block, part));
      throw answerFault(rules.place, verdict.answer, verdict.meaning);
    } else {
      refused.set(part.from, verdict);
      if (part.before !== undefined && rules.trustPrefix) taken = true;
      else if (part.before !== undefined) parts.push(part.before);
      if (!taken) failWhole(block, refused, rules.place);
    }
  }
  return refused;
}

/** The fewest parts below the limits. */
function cut(block: FrameBlock, { mostBytes, mostFrames, mayFollow }: DeliveryRules): Part[] {
  const parts: Part[] = [];
  for (let from = 0, to = 1; to <= block.count; to++) {
    const more = to < block.count && to - from < mostFrames && end(block, to) - end(block, from - 1) <= mostBytes;
    if (more && mayFollow(block, to)) continue;
    parts.push({ from, to });
    from = to;
  }
  return parts;
}

/** The parts to try instead of a refused one, last first. Halves keep the cost of many bad frames at n log n. */
function narrow(part: Part, { answer, meaning }: Verdict): Part[] {
  const number = answer.invalidEvent;
  const suspect = part.from + Math.max(0, (number ?? 0) - (meaning.first ?? 0));
  if (number === undefined || suspect >= part.to) return halves(part.from, part.to);
  const before = { from: part.from, to: suspect };
  return [
    ...halves(suspect + 1, part.to),
    { from: suspect, to: suspect + 1, ...(before.to > before.from ? { before } : {}) },
  ];
}

function halves(from: number, to: number): Part[] {
  const middle = Math.ceil((from + to) / 2);
  return [
    { from: middle, to },
    { from, to: middle },
  ].filter((part) => part.to > part.from);
}

/**
 * A receiver that skips, or fails on, anything refuses frame after frame. Then the frames are not to blame: the
 * destination is blocked or in trouble, and no frame is rejected.
 */
function failWhole(block: FrameBlock, refused: ReadonlyMap<number, Verdict>, place: string): void {
  if (refused.size < Math.min(block.count, mostRefusals)) return;
  for (const { answer, meaning } of refused.values()) {
    if (meaning.class === 'split') continue;
    if (meaning.remedy !== undefined || meaning.patience !== undefined) throw answerFault(place, answer, meaning);
  }
}

function bytes(block: FrameBlock, part: Part): Buffer {
  return block.data.subarray(end(block, part.from - 1), end(block, part.to - 1));
}

/** Byte offset at which frame `index` ends; 0 for the one before the first. */
function end({ ends }: FrameBlock, index: number): number {
  return index < 0 ? 0 : (ends[index] ?? 0);
}
