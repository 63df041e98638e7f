import type { RedactSettings } from './config.ts';
import type { Names, SectionList } from './schema.ts';

/** What a destination is not to see. */
export function redactList(logTypes: readonly string[]): SectionList {
  const of: Names<RedactSettings> = {
    log_type: {
      doc: 'Log types that it is for. By default all that have such a value.',
      format: logTypes,
      list: 'or-one',
      default: [],
      example: logTypes[0],
    },
    field: {
      doc: 'Field of the common vocabulary, for the formats leef and cef. Other fields may say the same: `user.arn` holds `user.name`.',
      format: 'field',
      default: null,
    },
    member: {
      doc: 'Path of a member of JSON records, like `requestParameters.password` or `resources.*.ARN`, or name of a column. It is hidden in the record itself, before any format reads it.',
      format: 'member',
      default: null,
      example: 'requestParameters.password',
    },
    action: {
      doc: 'What is shown instead. drop: no value (null in JSON, - in a column). mask: `***`. hash: the first 16 hex digits of its HMAC-SHA-256 under redact_key, so that equal values stay equal. A number, a time or a flag of leef and cef is dropped in any case.',
      format: ['drop', 'mask', 'hash'],
      default: null,
      required: true,
      example: 'mask',
    },
  };
  return { group: 'list', doc: 'Values that this destination is not to see.', required: false, of };
}
