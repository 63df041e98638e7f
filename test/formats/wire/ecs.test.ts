import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { goldenFrames } from '../golden-frames.ts';

/** What Elastic says of a field of ECS, out of its own package. */
interface EcsField {
  readonly type: string;
  readonly normalize: readonly string[];
  readonly allowed_values?: readonly { readonly name: string; readonly expected_event_types?: readonly string[] }[];
}
const { EcsFlat } = createRequire(import.meta.url)('@elastic/ecs') as {
  readonly EcsFlat: Readonly<Record<string, EcsField>>;
};

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** All leaves of an event with their dotted names. Lists of objects count by their members, as an index has them. */
function leaves(value: Json, path = ''): [string, unknown][] {
  return Object.entries(value).flatMap(([name, inner]): [string, unknown][] => {
    const full = path === '' ? name : `${path}.${name}`;
    if (isObject(inner)) return leaves(inner, full);
    if (Array.isArray(inner) && inner.every(isObject)) return inner.flatMap((one) => leaves(one, full));
    return [[full, inner]];
  });
}

/** What an index of a type takes. */
const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  keyword: (value) => typeof value === 'string',
  constant_keyword: (value) => typeof value === 'string',
  wildcard: (value) => typeof value === 'string',
  match_only_text: (value) => typeof value === 'string',
  text: (value) => typeof value === 'string',
  long: (value) => Number.isInteger(value),
  integer: (value) => Number.isInteger(value),
  float: (value) => Number.isFinite(value),
  ip: (value) => typeof value === 'string' && /^[0-9a-f.:]+$/i.test(value),
  date: (value) => typeof value === 'string' && new Date(value).toISOString() === value,
};

/** Fields that are no part of ECS by its own rule: labels, and a namespace of one's own. */
const OWN = /^(?:aws|labels)\./;

function expectField(name: string, value: unknown): void {
  const field = EcsFlat[name];
  expect(field, `${name} is no field of ECS`).toBeDefined();
  if (field === undefined) return;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (!name.startsWith('dns.answers.'))
    expect(Array.isArray(value), `${name} is a list`).toBe(field.normalize.includes('array'));
  for (const one of values)
    expect(TYPES[field.type]?.(one), `${name}: ${JSON.stringify(one)} as ${field.type}`).toBe(true);
  const allowed = field.allowed_values?.map((known) => known.name);
  if (allowed !== undefined) for (const one of values) expect(allowed, name).toContain(one);
}

/** Each type must be one that ECS expects with a category of the event. */
function expectTypes(event: Json): void {
  const { category, type } = event['event'] as { readonly category?: string[]; readonly type?: string[] };
  const expected = EcsFlat['event.category']?.allowed_values
    ?.filter(({ name }) => category?.includes(name))
    .flatMap((known) => known.expected_event_types ?? []);
  for (const one of type ?? []) expect(expected, `${category} ${one}`).toContain(one);
}

describe('ECS', () => {
  it.each(goldenFrames('ecs'))('%s: every name, type and value is one that ECS knows', (_, lines) => {
    for (const line of lines) {
      const event = JSON.parse(line) as Json;
      for (const [name, value] of leaves(event)) if (!OWN.test(name)) expectField(name, value);
      expectTypes(event);
      expect(event['ecs']).toEqual({ version: '9.4.0' });
    }
  });
});
