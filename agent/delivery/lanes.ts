import { type ObjectVersion, objectId } from './account.ts';
import { Lane } from './lane.ts';
import type { Ledger } from './ledger.ts';

/**
 * All lanes of this process. A lane lives on while frames of it are out, even when reading its object has failed: the
 * next try gets the same lane and goes on behind what was handed over, so nothing is sent twice.
 */
export class Lanes {
  private readonly ledger: Ledger;
  private readonly live = new Map<string, Lane>();

  constructor(ledger: Ledger) {
    this.ledger = ledger;
  }

  /** The lane of an object to a destination: the one that lives, else one that starts where the ledger says. */
  of(object: ObjectVersion, destination: string): Lane {
    const key = `${objectId(object)} ${destination}`;
    const known = this.live.get(key);
    if (known !== undefined) return known;
    const lane = new Lane(this.ledger.resume(object, destination), () => this.advanced(key, lane));
    this.live.set(key, lane);
    return lane;
  }

  /** Every step is noted; the ledger makes it durable in its own time. A completed lane is written down and forgotten. */
  private advanced(key: string, lane: Lane): void {
    this.ledger.record(lane.account());
    if (lane.complete) this.live.delete(key);
  }

  /** The object has been read to its end and held this many records. */
  ended(lane: Lane, records: number): void {
    const key = `${objectId(lane.object)} ${lane.destination}`;
    const before = lane.complete;
    lane.ended(records);
    if (lane.complete && !before) this.advanced(key, lane);
  }

  /** Reading has stopped before the end: forgets lanes that wait for nothing. */
  leave(lanes: readonly Lane[]): void {
    for (const lane of lanes) if (lane.atRest) this.live.delete(`${objectId(lane.object)} ${lane.destination}`);
  }
}
