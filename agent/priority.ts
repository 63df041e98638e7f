import type { LogTypeOverride } from '../config/config.ts';
import { decodeNotification } from './aws/notification.ts';
import type { ObjectRef } from './aws/objects.ts';
import { PRIORITIES, type Priority } from './delivery/inlet.ts';
import type { Outbox } from './delivery/outbox.ts';
import { nameOfKey } from './object-type.ts';

/** What of a queue's pipeline ranks its objects. */
export interface Ranking {
  readonly targets: readonly {
    readonly outbox: Pick<Outbox, 'limited'>;
    /** How urgent the objects of a log type, or of an envelope, are to it. */
    priorityOf(contents: string): Priority;
  }[];
  readonly overrides: readonly LogTypeOverride[];
}

/**
 * How urgent an object is before it is opened, which is when its place is chosen: as far as its key tells, and to the
 * destination that ranks it least, since the slowest one sets its pace. Without limits all objects are alike.
 */
export function priorityOfObject({ key }: ObjectRef, { targets, overrides }: Ranking): Priority {
  const limited = targets.filter(({ outbox }) => outbox.limited);
  if (limited.length === 0) return 'normal';
  const name = nameOfKey(key, overrides);
  return least(limited.map((target) => target.priorityOf(name))) ?? 'normal';
}

/** How urgent a message is: as its most urgent object. */
export function priorityOfMessage(body: string, ranking: Ranking): Priority {
  if (!ranking.targets.some(({ outbox }) => outbox.limited)) return 'normal';
  const notification = decodeNotification(body);
  if (notification.kind !== 'objects') return 'normal';
  const ranks = notification.objects.map((object) => priorityOfObject(object, ranking));
  return PRIORITIES.find((rank) => ranks.includes(rank)) ?? 'normal';
}

function least(ranks: readonly Priority[]): Priority | undefined {
  return PRIORITIES.findLast((rank) => ranks.includes(rank));
}
