import { describe, expect, test } from 'vitest';
import { contentsOf } from '../../../agent/object-type.ts';
import { Enrichment } from '../../../agent/rules/enrichment.ts';
import { type Mapping, mappings } from '../../../agent/rules/mapping.ts';
import type { OverrideSettings } from '../../../config/config.ts';
import type { LogEvent } from '../../../formats/event.ts';
import { cloudtrail } from '../../../formats/log-types/cloudtrail.ts';
import { allLogTypes } from '../../../formats/log-types/index.ts';
import { vpcFlow } from '../../../formats/log-types/vpc-flow.ts';
import { overridden } from '../../../formats/override.ts';
import type { FormatName } from '../../../formats/wire/formatter.ts';
import { formats } from '../../../formats/wire/index.ts';
import { parseCef } from '../../cef-parser.ts';
import { parseLeef } from '../../leef-parser.ts';
import { eachEvent } from './events.ts';

const mappingOf = (overrides: readonly OverrideSettings[]): Mapping =>
  mappings(overrides, new Enrichment({ geoip: {} }))({ static_labels: {} });

const override = (settings: Partial<OverrideSettings>): OverrideSettings => ({
  ...{ type: 'cloudtrail', severity: [], drop_fields: [], add_fields: {}, labels: {}, leef_keys: {} },
  ...settings,
});

const CALL = {
  ...{ eventVersion: '1.08', eventTime: '2026-11-24T12:00:00Z', eventSource: 'iam.amazonaws.com' },
  ...{ eventName: 'CreateUser', userAgent: 'curl', readOnly: false },
  userIdentity: { type: 'IAMUser', userName: 'ann', arn: 'arn:aws:iam::111122223333:user/ann' },
  requestParameters: { tags: { team: 'blue' } },
};

function written(format: FormatName, settings: Partial<OverrideSettings>, call: object = CALL): string {
  const type = mappingOf([override(settings)])(cloudtrail);
  const formatter = formats[format].compile(type, { truncated: 0, replaced: 0 });
  let text = '';
  eachEvent(type, JSON.stringify(call), (event) => {
    text = formatter.write(event, 1e6);
  });
  return text;
}

describe('fields', () => {
  test('are dropped, added and renamed in LEEF', () => {
    const { attributes } = parseLeef(
      written('leef', {
        drop_fields: ['user.agent'],
        add_fields: { team: 'requestParameters.tags.team', nothing: 'requestParameters.other' },
        leef_keys: { userArn: 'arn' },
      }),
    );
    expect(['userAgent', 'userArn', 'nothing'].filter((key) => attributes.has(key))).toEqual([]);
    expect([attributes.get('arn'), attributes.get('team')]).toEqual([CALL.userIdentity.arn, 'blue']);
    expect(attributes.get('usrName')).toBe('ann');
  });

  test('are dropped, added and labelled in CEF; a new one has a free slot, then a key of its own', () => {
    const free = ['flexString1', 'flexString2'].filter((slot) => !parseCef(written('cef', {})).extensions.has(slot));
    const drop_fields = ['user.agent', 'user.mfa', 'event.kind'];
    const { extensions } = parseCef(
      written('cef', {
        ...{ drop_fields, labels: { cs3: 'Arn' } },
        add_fields: { one: 'eventName', two: 'readOnly', team: 'requestParameters.tags.team' },
      }),
    );
    expect(free.length).toBeLessThanOrEqual(2);
    expect([extensions.get('cs3'), extensions.get('cs3Label')]).toEqual([CALL.userIdentity.arn, 'Arn']);
    expect([extensions.get('flexString1'), extensions.get('flexString1Label')]).toEqual(['CreateUser', 'one']);
    expect([extensions.get('flexString2'), extensions.get('flexString2Label')]).toEqual(['false', 'two']);
    expect(extensions.get('team')).toBe('blue');
    expect(extensions.has('requestClientApplication')).toBe(false);
  });

  test.each<FormatName>(['json', 'ocsf', 'ecs', 'raw', 'splunk'])('leave %s in order', (format) => {
    const text = written(format, { drop_fields: ['user.agent'], add_fields: { team: 'requestParameters.tags.team' } });
    expect(JSON.parse(text)).toBeTypeOf('object');
    expect(text).toContain('blue');
  });

  test('can be added to every log type, three of them, without a key standing twice', () => {
    for (const type of allLogTypes) {
      const { faults, type: made } = overridden(
        type,
        override({ add_fields: { addedA: 'a', addedB: 'b', addedC: 'c' } }),
      );
      expect(faults).toEqual([]);
      const used = made.fieldNames.flatMap((field) => made.spec.ownKeys?.cef[field]?.key ?? []);
      expect(new Set(used).size).toBe(used.length);
    }
  });
});

describe('severity', () => {
  const rules = [
    // biome-ignore lint/suspicious/noThenProperty: what the admin writes
    { when: { event_name: ['Create*'], field: { name: 'user.name', equals: 'root' } }, then: 9 },
    // biome-ignore lint/suspicious/noThenProperty: what the admin writes
    { when: { log_type: ['cloudtrail'], severity: { at_least: 3 } }, then: 7 },
  ];
  const severityOf = (call: object): number => {
    let severity = -1;
    eachEvent(mappingOf([override({ severity: rules })])(cloudtrail), JSON.stringify(call), (event: LogEvent) => {
      severity = event.severity;
    });
    return severity;
  };

  test('is that of the first rule that holds, else that of the mapping', () => {
    expect(severityOf({ ...CALL, userIdentity: { type: 'IAMUser', userName: 'root' } })).toBe(9);
    expect(severityOf(CALL)).toBe(7);
    expect(severityOf({ ...CALL, eventName: 'ListUsers', readOnly: true })).toBe(1);
  });

  test('reaches the text of the event', () => {
    expect(parseLeef(written('leef', { severity: rules })).attributes.get('sev')).toBe('7');
    expect(parseCef(written('cef', { severity: rules })).header.severity).toBe('7');
  });

  test('holds in envelopes, too', () => {
    const mapping = mappingOf([override({ severity: rules })]);
    const event = {
      'detail-type': 'AWS API Call via CloudTrail',
      source: 'aws.iam',
      time: CALL.eventTime,
      detail: CALL,
    };
    const bytes = Buffer.from(JSON.stringify(event));
    const reader = contentsOf({ bucket: 'b', key: 'k', version: 'v' }, bytes, [], mapping).open({
      skip: 0,
      maxRecordBytes: 1e6,
    });
    const seen: number[] = [];
    const see = (...[record, , decoder]: Parameters<Parameters<typeof reader.push>[1]>): void =>
      void seen.push(decoder.event(record, 'id').severity);
    reader.push(bytes, see);
    reader.end(see);
    expect(seen).toEqual([7]);
  });
});

test('a log type of which nothing is said is the very same, and one that is changed is made once', () => {
  const mapping = mappingOf([override({ drop_fields: ['user.agent'] })]);
  expect(mapping(vpcFlow)).toBe(vpcFlow);
  expect(mapping(cloudtrail)).toBe(mapping(cloudtrail));
  expect(mappingOf([])(cloudtrail)).toBe(cloudtrail);
});
