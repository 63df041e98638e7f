import { FormatError } from '../framing/record.ts';
import type { Format, TypeFormatter } from './formatter.ts';

/** The record's own text, byte for byte: what native DSMs and the Splunk Add-on read. It cannot be cut, only refused. */
export const raw: Format = {
  name: 'raw',
  compile(type): TypeFormatter {
    return {
      kind: type.spec.layout.kind,
      verbatim: true,
      write: ({ record }, room) => {
        if (record.text.length <= room) return record.text;
        const message = `the record has ${record.text.length} bytes, the destination takes ${room}`;
        throw new FormatError('TF-EVENT-TOO-LARGE', message);
      },
      explain: () => [],
    };
  },
};
