import { describe, expect, it } from 'vitest';
import { allLogTypes } from '../../../formats/log-types/index.ts';
import { ocsfClassNames } from '../../../formats/wire/ocsf.ts';
import { OCSF_CLASSES } from '../../../formats/wire/ocsf-classes.ts';
import { goldenFrames } from '../golden-frames.ts';
import { CLASSES, OBJECTS, ONE_OF } from './ocsf-rules.ts';

type Json = Readonly<Record<string, unknown>>;

interface Member {
  readonly required: boolean;
  readonly kind: string;
}

/** The members of a class or an object, as the rules write them. */
function membersOf(rule: string): ReadonlyMap<string, Member> {
  const found = rule
    .trim()
    .split(/\s+/)
    .map((word) => /^(\w+)(!?)(.*)$/.exec(word) ?? []);
  return new Map(found.map(([, name = '', mark, kind = '']) => [name, { required: mark === '!', kind }]));
}

const KINDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  '': (value) => typeof value === 'string' && value !== '',
  '#': (value) => Number.isInteger(value),
  '?': (value) => typeof value === 'boolean',
  '*': () => true,
};

/** What is wrong with an object, by paths; `lacks` names what it must have and has not. */
function faults(value: unknown, rule: string, path: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} is no object`];
  const members = membersOf(rule);
  const unknown = Object.keys(value).filter((name) => !members.has(name));
  const missing = [...members].filter(([name, { required }]) => required && !(name in value));
  return [
    ...unknown.map((name) => `${path} has ${name}`),
    ...missing.map(([name]) => `${path} lacks ${name}`),
    ...Object.entries(value).flatMap(([name, inner]) =>
      memberFaults(inner, members.get(name)?.kind ?? '*', `${path}.${name}`),
    ),
  ];
}

function memberFaults(value: unknown, kind: string, path: string): string[] {
  if (kind.endsWith('[]')) {
    if (!Array.isArray(value) || value.some((one) => one === undefined)) return [`${path} is no list`];
    return value.flatMap((one) => memberFaults(one, kind.slice(0, -2), path));
  }
  if (!kind.startsWith(':')) return KINDS[kind]?.(value) === true ? [] : [`${path} is ${JSON.stringify(value)}`];
  const object = kind.slice(1);
  const choices = ONE_OF[object]?.split(' ') ?? [];
  const chosen = choices.length === 0 || choices.some((name) => name in (value as Json));
  return [...(chosen ? [] : [`${path} lacks ${choices.join('|')}`]), ...faults(value, OBJECTS[object] ?? '', path)];
}

function expectIds(event: Json): void {
  const uid = Number(event['class_uid']);
  const ocsfClass = Object.values(OCSF_CLASSES).find((known) => known.uid === uid);
  expect(event['category_uid']).toBe(Math.floor(uid / 1000));
  expect(event['class_name']).toBe(ocsfClass?.caption);
  expect(event['type_uid']).toBe(uid * 100 + Number(event['activity_id']));
  expect(event['type_name']).toBe(`${event['class_name']}: ${event['activity_name']}`);
  const { version, profiles } = event['metadata'] as { readonly version: string; readonly profiles: string[] };
  expect(version).toBe('1.3.0');
  expect(profiles.includes('security_control')).toBe('action_id' in event || 'firewall_rule' in event);
}

/** What OCSF requires and a record may not hold: nothing is made up for it. */
const MAY_LACK = new Set([
  'event lacks time',
  'event lacks actor',
  'event lacks src_endpoint',
  'event lacks dst_endpoint',
  'event lacks http_request',
  'event lacks http_response',
  'event lacks device',
  'event lacks user',
  'event lacks compliance',
  'event.process.parent_process lacks pid|uid',
  'event.query_info lacks name|uid',
  'event.actor.user lacks name|uid',
  'event.api lacks operation',
  'event.api.request lacks uid',
  'event.device lacks ip|uid|name|hostname|instance_uid|interface_uid',
  'event.finding_info lacks uid',
  'event.resources lacks name|uid',
  'event.databucket.file lacks name',
  'event.answers lacks rdata',
  'event.evidences.dst_endpoint lacks ip|uid|name|hostname|svc_name|instance_uid|interface_uid',
]);

describe('OCSF', () => {
  it.each(goldenFrames('ocsf'))(
    '%s: attributes are those of the class, of their kind, and all that must be',
    (name, lines) => {
      const types = allLogTypes.filter((type) => type.name === name.split('/')[0]);
      for (const line of lines) {
        const event = JSON.parse(line) as Json;
        // A record that came in as OCSF is as its writer made it.
        if ((event['metadata'] as Json)['log_name'] !== name.split('/')[0]) continue;
        expectIds(event);
        if (types.every(({ spec }) => spec.vendor === undefined))
          expect(event['cloud']).toMatchObject({ provider: 'AWS' });
        expect(types.flatMap(ocsfClassNames)).toContain(event['class_name']);
        const rule = CLASSES.get(Number(event['class_uid'])) ?? `no rules for class ${event['class_uid']}`;
        expect(
          faults(event, rule, 'event').filter((fault) => !MAY_LACK.has(fault)),
          line,
        ).toEqual([]);
      }
    },
  );
});

it('records that came in as OCSF go out as they stand', () => {
  const json = new Map(goldenFrames('jsonl'));
  const native = allLogTypes.filter(({ spec }) => spec.ocsf === 'native').map(({ name }) => `${name}/`);
  const cases = goldenFrames('ocsf').filter(([name]) => native.some((prefix) => name.startsWith(prefix)));
  expect(cases.length).toBeGreaterThan(0);
  for (const [name, lines] of cases) expect(lines, name).toEqual(json.get(name));
});
