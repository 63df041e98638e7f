import type { FieldName } from '../event.ts';

/** Fields of a line that says nothing of where it comes from: its log group, or the object's key, does. */
export const FROM_CLOUDWATCH = {
  'cloud.account': '@account',
  'cloud.region': '@region',
  'log.group': '@log_group',
  'log.stream': '@log_stream',
} as const satisfies Partial<Record<FieldName, string>>;
