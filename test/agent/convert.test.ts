import { describe, expect, it } from 'vitest';
import { Converter, Dress, type FrameSink } from '../../agent/convert.ts';
import { type Rules, rulesOf } from '../../agent/rules/rules.ts';
import type { Condition } from '../../config/config.ts';
import type { LogType } from '../../formats/log-type.ts';
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
  const passed: number[] = [];
  const made: FrameSink = {
    offered: 0,
    frame: (_ordinal, frame) => void frames.push(frame),
    pass: (ordinal) => void passed.push(ordinal),
    refuse: (ordinal, _record, { code }, { header }) => void refused.push(`${ordinal} ${code} ${header}`),
  };
  return { frames, refused, passed, made };
}

const origin = { bucket: 'logs', key: 'key', version: 'v', account: undefined, region: undefined };

function convert(format: Format, lines: string, { made }: ReturnType<typeof sink>): void {
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

describe('a filter', () => {
  const flow = (n: number) => `192.0.2.${n} 10.0.0.1 ACCEPT 1 2`;
  const drop = (condition: Condition) =>
    rulesOf({ filters: [{ name: 'f', drop: condition }], redact: [], redact_defaults: true });

  /** Converts the lines, and says how often a record was read as an event. */
  function readsOf(format: Format, out: ReturnType<typeof sink>, rules: Rules, text: string): number {
    let reads = 0;
    const counting: LogType = {
      ...vpcFlow,
      open: (from, options) => {
        const decoder = vpcFlow.open(from, options);
        const { event } = decoder;
        decoder.event = (record, id) => {
          reads += 1;
          return event.call(decoder, record, id);
        };
        return decoder;
      },
    };
    const converter = new Converter(plainContents(counting, origin), [
      { dress: new Dress(format, LINE, rules), sink: out.made },
    ]);
    converter.push(Buffer.from(`${HEADER}\n${text}`));
    converter.end();
    return reads;
  }

  it('that asks for the log type alone reads no event of a format that sends records as they are', () => {
    const out = sink();
    const text = `${flow(1)}\n${flow(2)}\n`;
    expect(readsOf(raw, out, drop({ log_type: ['vpc-flow'] }), text)).toBe(0);
    expect(out).toMatchObject({ frames: [], passed: [0, 1], refused: [] });
    expect(readsOf(raw, out, drop({ log_type: ['cloudtrail'], event_name: ['Get*'] }), text)).toBe(0);
    expect(out.frames).toEqual([flow(1), flow(2)]);
  });

  it('that asks for a value keeps back what has it', () => {
    const out = sink();
    const one = drop({ field: { name: 'source.address', equals: '192.0.2.2' } });
    expect(readsOf(raw, out, one, `${flow(1)}\n${flow(2)}\n${flow(3)}\n`)).toBe(3);
    expect(out).toMatchObject({ frames: [flow(1), flow(3)], passed: [1], refused: [] });
  });

  it('that keeps a whole object back takes its unreadable records too; any other leaves them to quarantine', () => {
    const [whole, part] = [sink(), sink()];
    readsOf(raw, whole, drop({ log_type: ['vpc-flow'] }), `192.0.2.1\n${flow(2)}\n`);
    expect(whole).toMatchObject({ passed: [0, 1], refused: [] });
    readsOf(raw, part, drop({ field: { name: 'source.address', matches: ['*'] } }), `192.0.2.1\n${flow(2)}\n`);
    expect(part).toMatchObject({ passed: [1], refused: [`0 TF-COLUMNS-FEW ${HEADER}`] });
  });
});
