import type { LogEvent, ObjectOrigin } from '../../../formats/event.ts';
import type { LogType } from '../../../formats/log-type.ts';
import { cloudtrail } from '../../../formats/log-types/cloudtrail.ts';
import { vpcFlow } from '../../../formats/log-types/vpc-flow.ts';

export const ORIGIN: ObjectOrigin = {
  bucket: 'logs',
  key: 'key',
  version: 'v',
  account: undefined,
  region: undefined,
};

/** Calls back with each record of an object as an event. */
export function eachEvent(type: LogType, bytes: string, see: (event: LogEvent) => void): void {
  const decoder = type.open(ORIGIN, { skip: 0, maxRecordBytes: 1e6 });
  decoder.framing.push(Buffer.from(bytes), (record) => see(decoder.event(record, 'id')));
  decoder.framing.end((record) => see(decoder.event(record, 'id')));
}

/** What `ask` says of a CloudTrail event with these members. */
export function ofCall<T>(members: object, ask: (event: LogEvent) => T): T {
  const answers: T[] = [];
  const call = { eventVersion: '1.08', eventTime: '2026-11-24T12:00:00Z', eventSource: 's3.amazonaws.com' };
  eachEvent(cloudtrail, JSON.stringify({ Records: [{ ...call, eventName: 'GetObject', ...members }] }), (event) =>
    answers.push(ask(event)),
  );
  return answers[0] as T;
}

/** What `ask` says of a flow with these addresses. */
export function ofFlow<T>(source: string, destination: string, ask: (event: LogEvent) => T): T {
  const answers: T[] = [];
  eachEvent(vpcFlow, `srcaddr dstaddr action start end\n${source} ${destination} ACCEPT 1 2\n`, (event) =>
    answers.push(ask(event)),
  );
  return answers[0] as T;
}

export { cloudtrail, vpcFlow };
