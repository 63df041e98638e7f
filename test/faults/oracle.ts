import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { balanced } from '../../agent/delivery/account.ts';
import { readLedger } from '../../agent/delivery/ledger.ts';
import { cloudTrailObject, vpcFlowObject } from '../../demo/synthetic.ts';
import { eventIds } from '../../formats/event-id.ts';
import type { FakeAws } from '../fakes/aws.ts';
import { BUCKET } from './rig.ts';

/** Knows what should arrive: it made the objects, and computes the event ids by itself. */
export class Oracle {
  /** CloudTrail's own eventID by event id; undefined for log types without such. */
  readonly expected = new Map<string, string | undefined>();
  /** Records by key. */
  readonly records = new Map<string, number>();
  /** Number of records by key that a destination will refuse. */
  private readonly spoiled = new Map<string, number>();
  private readonly ids = new Map<string, (ordinal: number) => string>();
  private readonly aws: FakeAws;

  constructor(aws: FakeAws) {
    this.aws = aws;
  }

  /** Puts an object without a notification. @returns its key */
  put(kind: 'cloudtrail' | 'vpc-flow', seed: number, records: number): string {
    const known = (index: number): string => `known-${seed}-${index}`;
    const { key, body } = kind === 'vpc-flow' ? vpcFlowObject(seed, records) : cloudTrailObject(seed, records, known);
    const id = eventIds({ bucket: BUCKET, key, version: this.aws.putObject(BUCKET, key, body).etag });
    this.records.set(key, records);
    this.ids.set(key, id);
    for (let index = 0; index < records; index += 1) {
      this.expected.set(id(index), kind === 'vpc-flow' ? undefined : known(index));
    }
    return key;
  }

  /** Expects that one record of a CloudTrail object is refused and does not arrive. @returns CloudTrail's id of it */
  spoil(key: string, ordinal: number): string {
    const id = this.ids.get(key)?.(ordinal) ?? '';
    const known = this.expected.get(id);
    if (known === undefined) throw new Error(`${key} has no record ${ordinal}`);
    this.expected.delete(id);
    this.spoiled.set(key, (this.spoiled.get(key) ?? 0) + 1);
    return known;
  }

  /** From now on a message is deleted only when the ledger on the disk says that all of its objects went everywhere. */
  guardDeletes(stateDir: string, destinations: readonly string[]): void {
    this.aws.onDelete(async (body) => {
      const { entries } = await readLedger(stateDir);
      for (const { s3 } of (JSON.parse(body) as Notification).Records) {
        const key = decodeURIComponent(s3.object.key);
        for (const destination of destinations) {
          const account = entries.find(
            (entry) =>
              entry.destination === destination && entry.object.key === key && entry.object.version === s3.object.eTag,
          );
          const records = this.records.get(key);
          const quarantined = this.spoiled.get(key) ?? 0;
          const delivered = (records ?? 0) - quarantined;
          expect(account, `${key} at ${destination}`).toMatchObject({ complete: true, delivered, quarantined });
          expect(account !== undefined && balanced(account) && account.watermark === records).toBe(true);
        }
      }
    });
  }

  /** Holds what arrived against what should have. */
  judge(arrivals: readonly Arrival[]): Judgement {
    const seen = new Set<string>();
    let spurious = 0;
    let corrupted = 0;
    for (const { id, eventId } of arrivals) {
      if (!this.expected.has(id)) spurious += 1;
      else if (eventId !== undefined && eventId !== this.expected.get(id)) corrupted += 1;
      seen.add(id);
    }
    const lost = [...this.expected.keys()].filter((id) => !seen.has(id)).length;
    return { lost, spurious, corrupted, duplicates: arrivals.length - seen.size };
  }
}

interface Notification {
  readonly Records: readonly { readonly s3: { readonly object: { readonly key: string; readonly eTag: string } } }[];
}

export interface Judgement {
  readonly lost: number;
  /** Arrived although it is no event of ours. */
  readonly spurious: number;
  /** Another event's content under this id. */
  readonly corrupted: number;
  readonly duplicates: number;
}

export interface Arrival {
  readonly id: string;
  /** CloudTrail's own id, where the message was kept whole and has one. */
  readonly eventId?: string | undefined;
}

/** What a syslog receiver wrote. A line that a SIGKILL cut short has no whole id and does not count. */
export async function syslogArrivals(file: string): Promise<Arrival[]> {
  const arrivals: Arrival[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    for (const part of line.split('"<').slice(1)) {
      const id = /trailferryEventId=([0-9a-f]{32})\\t/.exec(part)?.[1];
      if (id !== undefined && part.endsWith('"'))
        arrivals.push({ id, eventId: /eventUid=([\w-]+)\\t/.exec(part)?.[1] });
    }
  }
  return arrivals;
}

/** What a HEC stub wrote. An id that a SIGKILL cut short stands before the next one in its line. */
export async function hecArrivals(file: string): Promise<Arrival[]> {
  const arrivals: Arrival[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) arrivals.push({ id: line.slice(-32) });
  return arrivals;
}
