import type { Delivery } from '../delivery.ts';
import { Gate } from '../gate.ts';
import { faultOf, trouble } from './faults.ts';

/** The blocks that wait for a connection, in their order, and whether more may come. */
export class Intake {
  readonly gate = new Gate();
  private readonly where: string;
  private readonly waiting: Delivery[] = [];
  private closed = false;

  /** @param where the destination, for errors */
  constructor(where: string) {
    this.where = where;
  }

  /** What goes first. */
  get next(): Delivery | undefined {
    return this.waiting[0];
  }

  get empty(): boolean {
    return this.waiting.length === 0;
  }

  /** Lets a delivery wait, or refuses it at once. */
  accept(delivery: Delivery): void {
    const refusal = this.closed ? { error: trouble('TF-SYSLOG-GIVEN-UP') } : this.gate.refusal();
    if (refusal !== undefined) this.reject([delivery], refusal.error, refusal.afterMs);
    else this.waiting.push(delivery);
  }

  shift(): Delivery | undefined {
    return this.waiting.shift();
  }

  /** Forgets a delivery that its caller gave up. */
  withdraw(delivery: Delivery): void {
    const place = this.waiting.indexOf(delivery);
    if (place >= 0) this.waiting.splice(place, 1);
  }

  /** No connection can be made: nothing that waits can go. */
  refuse(error: Error, afterMs: number): void {
    this.reject(this.waiting.splice(0), error, afterMs);
  }

  /** Nothing waits any more, and nothing comes in. */
  close(): void {
    this.closed = true;
    this.reject(this.waiting.splice(0), trouble('TF-SYSLOG-GIVEN-UP'));
  }

  settle(deliveries: readonly Delivery[]): void {
    if (deliveries.length > 0) this.gate.delivered();
    for (const delivery of deliveries) delivery.settle();
  }

  /** @param afterMs when a resend makes sense */
  reject(deliveries: readonly Delivery[], error: Error, afterMs?: number): void {
    const fault = faultOf(error, this.where, afterMs);
    for (const delivery of deliveries) delivery.settle(fault);
  }
}
