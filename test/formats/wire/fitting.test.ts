import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Converter, Dress } from '../../../agent/convert.ts';
import { cloudtrail } from '../../../formats/log-types/cloudtrail.ts';
import { plainContents } from '../../../formats/reader.ts';
import { formats } from '../../../formats/wire/index.ts';
import { hecEnvelope } from '../../../transports/hec/envelope.ts';
import type { Envelope } from '../../../transports/transport.ts';
import { settings } from '../../transports/hec/rig.ts';
import { decoded, origin } from '../convert.ts';

type Json = Readonly<Record<string, unknown>>;

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.nat(2500).map((times) => '漢"'.repeat(times)),
);
const record = fc.record({
  eventVersion: fc.constant('1.08'),
  eventTime: fc.constant('2026-02-03T04:05:06Z'),
  eventID: fc.constant('00000000-0000-4000-8000-000000000001'),
  eventName: fc.constant('PutObject'),
  eventSource: fc.constant('s3.amazonaws.com'),
  awsRegion: fc.constant('eu-west-1'),
  recipientAccountId: fc.constant('111122223333'),
  sourceIPAddress: fc.ipV4(),
  userAgent: text,
  errorMessage: text,
  userIdentity: fc.record({ arn: text, userName: fc.constant('alice') }),
  requestParameters: fc.dictionary(text, text, { maxKeys: 3 }),
});

function write(format: 'ocsf' | 'ecs', value: unknown, envelope: Envelope) {
  const dress = new Dress(formats[format], envelope);
  let frame: string | undefined;
  let code: string | undefined;
  const sink = {
    offered: 0,
    pass: () => {},
    frame: (_: number, line: string) => {
      frame = decoded(line);
    },
    refuse: (_: number, __: unknown, error: { readonly code: string }) => {
      code = error.code;
    },
  };
  const converter = new Converter(plainContents(cloudtrail, origin), [{ dress, sink }]);
  converter.push(Buffer.from(JSON.stringify(value)));
  converter.end();
  return { frame, code, truncated: dress.tally.truncated };
}

const within = (room: number): Envelope => ({ bind: () => ({ room, frame: (line) => line }) });

/** All leaves of an event with their names. */
function leaves(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, `${path}.${name}`));
}

const KEPT = {
  ocsf: ['.time', '.metadata.uid', '.cloud.account.uid', '.cloud.region', '.src_endpoint.ip', '.actor.user.name'],
  ecs: ['.@timestamp', '.event.id', '.cloud.account.id', '.cloud.region', '.source.ip', '.user.name'],
} as const;

describe.each(['ocsf', 'ecs'] as const)('%s', (format) => {
  it('never goes over the room: what does not fit is left out whole, marked and counted, or the event is refused', () => {
    fc.assert(
      fc.property(record, fc.integer({ min: 200, max: 20_000 }), (value, room) => {
        const whole = write(format, value, within(2 ** 30)).frame ?? '';
        const { frame, code, truncated } = write(format, value, within(room));
        if (frame === undefined) {
          expect(code).toBe('TF-EVENT-TOO-LARGE');
          return;
        }
        expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(room);
        const fits = Buffer.byteLength(whole) <= room;
        if (fits) expect(frame).toBe(whole);
        expect(truncated > 0).toBe(!fits);
        const all = new Map(leaves(JSON.parse(whole)));
        const got = new Map(leaves(JSON.parse(frame)));
        const marks = [...got.keys()].filter((name) => !all.has(name));
        expect(marks).toEqual(fits ? [] : [format === 'ocsf' ? '.unmapped.truncated' : '.tags.0']);
        // The label stands in for a message that was left out.
        for (const [name, one] of got)
          if (!marks.includes(name) && !name.endsWith('message')) expect(one, name).toBe(all.get(name));
        for (const name of KEPT[format]) expect(got.get(name), name).toBe(all.get(name));
      }),
      { numRuns: 150 },
    );
  });

  it('is the event of HEC as it stands', () => {
    const value = { ...fc.sample(record, { numRuns: 1, seed: 7 })[0], requestParameters: { size: 1 } };
    const bare = write(format, value, within(2 ** 20)).frame ?? '';
    const { frame = '' } = write(format, value, hecEnvelope(settings(), 'agent-1'));
    expect(frame).toContain(`"event":${bare}}`);
    const { event, ...metadata } = JSON.parse(frame) as Json;
    expect(event).toEqual(JSON.parse(bare));
    expect(metadata).toMatchObject({
      ...{ time: 1_770_091_506, host: 'agent-1', source: 's3://logs/object' },
      sourcetype: format === 'ocsf' ? 'aws:asl' : 'ecs:json',
    });
  });
});
