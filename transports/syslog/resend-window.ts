import type { Delivery } from '../delivery.ts';

/** A block on its connection. */
interface Sent {
  readonly delivery: Delivery;
  /** Bytes of all blocks up to and with this one. */
  readonly end: number;
  /** Bytes on the wire that the kernel had taken when it had taken all of this block. */
  wireEnd: number | undefined;
  /** When it was seen that the peer's kernel has acknowledged it. Of `performance.now()`. */
  acknowledgedAt: number | undefined;
}

/**
 * The blocks of one connection that would be sent again if it broke now, in their order. One leaves the window when the
 * peer's kernel has acknowledged it, and then either some time has gone by or some more bytes have been acknowledged:
 * time for the receiving process to read it. Half of the window is for these; the other half is for what is on its way,
 * acknowledged or not, since the peer was last looked at.
 */
export class ResendWindow {
  private readonly sent: Sent[] = [];
  private readonly mostBytes: number;
  private readonly mostMs: number;
  private end = 0;
  private settledEnd = 0;
  private acknowledgedEnd = 0;

  /** @param mostBytes bytes it may hold, but for a block that is alone @param mostMs how long it holds acknowledged ones at most */
  constructor(mostBytes: number, mostMs: number) {
    this.mostBytes = mostBytes;
    this.mostMs = mostMs;
  }

  get deliveries(): readonly Delivery[] {
    return this.sent.map(({ delivery }) => delivery);
  }

  /** Whether the kernel has taken blocks that the peer's kernel is not known to have acknowledged. */
  get unacknowledged(): boolean {
    return this.sent.some(({ wireEnd, acknowledgedAt }) => wireEnd !== undefined && acknowledgedAt === undefined);
  }

  /** When the next block leaves if no more are acknowledged. Infinity for never. */
  get nextAt(): number {
    return (this.sent[0]?.acknowledgedAt ?? Number.POSITIVE_INFINITY) + this.mostMs;
  }

  /** Whether a block finds room. */
  hasRoom({ bytes }: Delivery): boolean {
    return this.sent.length === 0 || this.end + bytes.length - this.settledEnd <= this.mostBytes;
  }

  /** A block goes on its way. @returns to be told when the kernel has taken it */
  add(delivery: Delivery): (wireBytes: number) => void {
    this.end += delivery.bytes.length;
    const sent: Sent = { delivery, end: this.end, wireEnd: undefined, acknowledgedAt: undefined };
    this.sent.push(sent);
    return (wireBytes) => {
      sent.wireEnd = wireBytes;
    };
  }

  /** The peer's kernel has acknowledged so many bytes on the wire. */
  acknowledged(wireBytes: number, now: number): void {
    for (const sent of this.sent) {
      if (sent.wireEnd === undefined || sent.wireEnd > wireBytes) break;
      sent.acknowledgedAt ??= now;
      this.acknowledgedEnd = sent.end;
    }
  }

  /** Takes out the blocks that need not be sent again. */
  settled(now: number): readonly Delivery[] {
    const kept = this.sent.findIndex((sent) => !this.past(sent, now));
    const settled = this.sent.splice(0, kept < 0 ? this.sent.length : kept);
    this.settledEnd = settled.at(-1)?.end ?? this.settledEnd;
    return settled.map(({ delivery }) => delivery);
  }

  private past({ end, acknowledgedAt }: Sent, now: number): boolean {
    if (acknowledgedAt === undefined) return false;
    return now - acknowledgedAt >= this.mostMs || this.acknowledgedEnd - end >= this.mostBytes / 2;
  }
}
