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
  /** Lanes that nobody reads for; they live until their last answer. */
  private readonly left = new Set<string>();
  /** The last turn of each key that somebody works on. */
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(ledger: Ledger) {
    this.ledger = ledger;
  }

  /** Number of lanes that are read for or wait for answers. */
  get size(): number {
    return this.live.size;
  }

  /**
   * Works on the lanes of one object one at a time, over all queues: whoever comes second finds them complete in the
   * ledger. Two readers of one lane would hand its records over twice; other destinations of the object have turns of
   * their own, or a queue for each of them would keep none from waiting for another. An object whose key may be read in
   * two ways takes the turn of both.
   */
  async inTurn<T>(
    bucket: string,
    keys: readonly string[],
    destinations: readonly string[],
    act: () => Promise<T>,
  ): Promise<T> {
    const names = keys.flatMap((key) => destinations.map((destination) => `${bucket}/${key} ${destination}`));
    const turn = Promise.all(names.map((name) => this.turns.get(name))).then(act);
    const done = turn.then(nothing, nothing);
    for (const name of names) this.turns.set(name, done);
    try {
      return await turn;
    } finally {
      for (const name of names) if (this.turns.get(name) === done) this.turns.delete(name);
    }
  }

  /** The lane of an object to a destination: the one that lives, else one that starts where the ledger says. */
  of(object: ObjectVersion, destination: string): Lane {
    const name = laneName(object, destination);
    this.left.delete(name);
    const known = this.live.get(name);
    if (known !== undefined) return known;
    const lane = new Lane(this.ledger.resume(object, destination), () => this.advanced(name, lane));
    this.live.set(name, lane);
    return lane;
  }

  /** Every step is noted; the ledger makes it durable in its own time. A lane that nobody needs any more is forgotten. */
  private advanced(name: string, lane: Lane): void {
    this.ledger.record(lane.account());
    if (lane.complete || (lane.atRest && this.left.has(name))) this.forget(name);
  }

  /** The object has been read to its end and held this many records. */
  ended(lane: Lane, records: number): void {
    const before = lane.complete;
    lane.ended(records);
    if (lane.complete && !before) this.advanced(laneName(lane.object, lane.destination), lane);
  }

  /** Nobody reads for these lanes any more: they are forgotten as soon as they wait for nothing. */
  leave(lanes: readonly Lane[]): void {
    for (const lane of lanes) {
      const name = laneName(lane.object, lane.destination);
      if (lane.atRest) this.forget(name);
      else this.left.add(name);
    }
  }

  private forget(name: string): void {
    this.live.delete(name);
    this.left.delete(name);
  }
}

function laneName(object: ObjectVersion, destination: string): string {
  return `${objectId(object)} ${destination}`;
}

const nothing = (): void => {};
