import type { Condition, FieldCondition } from '../../config/config.ts';

/** A condition in words, as `convert --explain` shows what kept an event back. */
export function describeCondition({ severity, field, all, any, not, ...lists }: Condition): string {
  const parts = Object.entries(lists).map(([name, values]) => `${name} ${orList(values)}`);
  if (severity?.at_least !== undefined) parts.push(`severity at least ${severity.at_least}`);
  if (severity?.below !== undefined) parts.push(`severity below ${severity.below}`);
  if (field !== undefined) parts.push(describeField(field));
  if (not !== undefined) parts.push(`not (${describeCondition(not)})`);
  for (const inner of all ?? []) parts.push(describeCondition(inner));
  if (any !== undefined) parts.push(`(${any.map(describeCondition).join(' or ')})`);
  return parts.join(', ');
}

function describeField({ name, equals, in: list, matches, cidr }: FieldCondition): string {
  if (matches !== undefined) return `${name} like ${orList(matches)}`;
  if (cidr !== undefined) return `${name} in ${orList(cidr)}`;
  return `${name} is ${orList(list ?? [equals])}`;
}

function orList(values: readonly unknown[]): string {
  return values.join(' or ');
}
