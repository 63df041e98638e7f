import type { Format, TypeFormatter } from './formatter.ts';
import { within } from './json.ts';

/** The record's own text, byte for byte: what native DSMs and the Splunk Add-on read. It cannot be cut, only refused. */
export const raw: Format = {
  name: 'raw',
  compile(type): TypeFormatter {
    return {
      kind: type.spec.layout.kind,
      verbatim: true,
      ofFields: false,
      write: ({ record }, room) => within(record.text, room),
      explain: () => [],
    };
  },
};
