import { expect, it } from 'vitest';
import { Converter, Dress, type FrameSink } from '../../agent/convert.ts';
import { vpcFlow } from '../../formats/log-types/vpc-flow.ts';
import { plainContents } from '../../formats/reader.ts';
import type { Format } from '../../formats/wire/formatter.ts';
import { raw } from '../../formats/wire/raw.ts';
import type { Envelope } from '../../transports/transport.ts';

const LINE: Envelope = { bind: () => ({ room: 1e6, frame: (text) => text }) };
const HEADER = 'srcaddr dstaddr action start end';

function sink() {
  const frames: string[] = [];
  const refused: string[] = [];
  const made: FrameSink = {
    offered: 0,
    frame: (_ordinal, frame) => void frames.push(frame),
    refuse: (ordinal, _record, { code }, { header }) => void refused.push(`${ordinal} ${code} ${header}`),
  };
  return { frames, refused, made };
}

function convert(format: Format, lines: string, { made }: ReturnType<typeof sink>): void {
  const origin = { bucket: 'logs', key: 'key', version: 'v', account: undefined, region: undefined };
  const converter = new Converter(plainContents(vpcFlow, origin), [{ dress: new Dress(format, LINE), sink: made }]);
  converter.push(Buffer.from(`${HEADER}\n${lines}`));
  converter.end();
}

/** A format with a fault in it: it trips over one address. */
const faulty: Format = {
  name: 'raw',
  compile: (type, tally) => ({
    ...raw.compile(type, tally),
    write: ({ record }) => {
      if (record.text.startsWith('192.0.2.2 ')) throw new TypeError('planted');
      return record.text;
    },
  }),
};

it('sets one record aside when the program fails over it, and goes on', () => {
  const out = sink();
  convert(faulty, '192.0.2.1 10.0.0.1 ACCEPT 1 2\n192.0.2.2 10.0.0.1 ACCEPT 1 2\n192.0.2.3 10.0.0.1 ACCEPT 1 2\n', out);
  expect(out.frames).toHaveLength(2);
  expect(out.refused).toEqual([`1 TF-RECORD-FAULT ${HEADER}`]);
});

it('does not take a fault of who receives the frames for one of the record', () => {
  const out = sink();
  const broken = {
    ...out,
    made: {
      ...out.made,
      frame: () => {
        throw new Error('settled twice');
      },
    },
  };
  expect(() => convert(raw, '192.0.2.1 10.0.0.1 ACCEPT 1 2\n', broken)).toThrow('settled twice');
  expect(out.refused).toEqual([]);
});

it('says with a refused line which header names its columns', () => {
  const out = sink();
  convert(raw, '192.0.2.1\n', out);
  expect(out.refused).toEqual([`0 TF-COLUMNS-FEW ${HEADER}`]);
});
