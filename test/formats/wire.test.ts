import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Converter, Dress } from '../../agent/convert.ts';
import { cloudtrail } from '../../formats/log-types/cloudtrail.ts';
import { plainContents } from '../../formats/reader.ts';
import type { FormatName } from '../../formats/wire/formatter.ts';
import { formats } from '../../formats/wire/index.ts';
import { parseCef } from '../cef-parser.ts';
import { parseLeef } from '../leef-parser.ts';
import { decoded, origin } from './convert.ts';

/** Texts with more than their share of what formats and readers trip over. */
const oddText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...'|=\\\t\n\r\0\x7f "{}^,:%à\u0085\u00a0\u2028\u2029\ufeff\ud800\udc00',
        '\r\n',
        '\\n',
        '\\=',
        '...',
        'k=v',
        ' src=',
      ),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

const text = fc.oneof(
  { weight: 5, arbitrary: oddText },
  {
    weight: 1,
    arbitrary: fc
      .tuple(oddText, fc.constantFrom('x', 'é', '漢', '🦊', '=', '\\', '|', ' '), fc.nat(3000))
      .map(([head, one, times]) => head + one.repeat(times)),
  },
);

/** A CloudTrail record of random texts. */
const record = fc.record({
  eventVersion: fc.constantFrom('1.08', '1|1'),
  eventTime: fc.constantFrom('2026-02-03T04:05:06Z', 'no time'),
  eventName: text,
  eventSource: text,
  awsRegion: text,
  sourceIPAddress: fc.oneof(fc.ipV4(), fc.ipV6(), text),
  userAgent: text,
  errorCode: text,
  errorMessage: text,
  userIdentity: fc.record({ principalId: text, userName: text, arn: text }),
  requestParameters: fc.oneof(fc.constant(null), fc.dictionary(text, fc.jsonValue(), { maxKeys: 3 }), text),
});

/** The records above as JSON: with UTF-8 in it, or with all that is not ASCII escaped. */
const asJson = (value: unknown, escaped: boolean): string => {
  const json = JSON.stringify(value);
  return escaped
    ? json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : json;
};

interface Written {
  readonly frame: string | undefined;
  readonly code: string | undefined;
  readonly dress: Dress;
}

function write(format: FormatName, json: string, room = 2 ** 30): Written {
  const dress = new Dress(formats[format], { bind: () => ({ room, frame: (line) => line }) });
  let frame: string | undefined;
  let code: string | undefined;
  const sink = {
    offered: 0,
    frame: (_: number, line: string) => {
      frame = decoded(line);
    },
    pass: () => {},
    refuse: (_: number, __: unknown, error: { readonly code: string }) => {
      code = error.code;
    },
  };
  const converter = new Converter(plainContents(cloudtrail, origin), [{ dress, sink }]);
  converter.push(Buffer.from(json, 'utf8'));
  converter.end();
  return { frame, code, dress };
}

/** What a format is allowed to do to a value: cut it, and replace what it cannot say. Written from the documentation. */
function cut(value: string, most: number): string {
  const sound = value.toWellFormed();
  if (Buffer.byteLength(sound) <= most) return sound;
  let short = '';
  for (const point of sound) {
    if (Buffer.byteLength(short + point) > most - 3) break;
    short += point;
  }
  return `${short}...`;
}

const CONTROLS = /[\x00-\x1f\x7f]/g;
const LINE_ENDS = /\r\n?|[\n\u0085\u2028\u2029]/g;

const cefValue = (value: string, most: number): string =>
  cut(value, most)
    .replace(/^[\x00-\x20\x7f]+|[\x00-\x20\x7f]+$/g, '')
    .replace(LINE_ENDS, '\n')
    .replace(CONTROLS, (one) => (one === '\n' ? one : ' '));

const leefValue = (value: string, most: number): string =>
  cut(value, most)
    .replace(/[\x00-\x1f\x7f\u0085\u2028\u2029]/g, ' ')
    .replace(/\|/g, '/');

type Sample = typeof record extends fc.Arbitrary<infer Value> ? Value : never;

const FIELDS: readonly (readonly [
  of: (value: Sample) => string,
  cef: string,
  cefMost: number,
  leef: string,
  leefMost: number,
])[] = [
  [(value) => value.awsRegion, 'cs2', 4000, 'awsRegion', 4000],
  [(value) => value.userAgent, 'requestClientApplication', 1023, 'userAgent', 4000],
  [(value) => value.errorCode, 'reason', 1023, 'errorCode', 4000],
  [(value) => value.errorMessage, 'msg', 1023, 'msg', 4000],
  [(value) => value.userIdentity.principalId, 'suid', 1023, 'principalId', 4000],
  [(value) => value.userIdentity.arn, 'cs3', 4000, 'userArn', 4000],
];

/** Absent by convention. */
const said = (value: string): string | undefined => (value === '' || value === '-' ? undefined : value);

describe('CEF and LEEF', () => {
  it('are read back by strict parsers as what was written, but for the documented replacements', () => {
    fc.assert(
      fc.property(record, fc.boolean(), (value, escaped) => {
        const json = asJson(value, escaped);
        const cef = parseCef(write('cef', json).frame ?? '').extensions;
        const leef = parseLeef(write('leef', json).frame ?? '').attributes;
        for (const [of, cefKey, cefMost, leefKey, leefMost] of FIELDS) {
          const source = said(of(value));
          expect(cef.get(cefKey) ?? '', cefKey).toBe(source === undefined ? '' : cefValue(source, cefMost));
          expect(leef.get(leefKey) ?? '', leefKey).toBe(source === undefined ? '' : leefValue(source, leefMost));
        }
      }),
      { numRuns: 400 },
    );
  });

  it('are one line each, with no control in it', () => {
    fc.assert(
      fc.property(record, fc.boolean(), (value, escaped) => {
        const json = asJson(value, escaped);
        expect(write('cef', json).frame).toMatch(/^[^\x00-\x1f\x7f\u0085\u2028\u2029]+$/);
        expect(write('leef', json).frame).toMatch(/^[^\x00-\x08\x0a-\x1f\x7f\u0085\u2028\u2029]+$/);
        expect(parseLeef(write('leef', json).frame ?? '').attributes.size).toBeGreaterThanOrEqual(4);
        // A reader that takes what stands behind the last pipe as attributes must find them.
        expect(write('leef', json).frame?.split('|').length).toBe(6);
      }),
    );
  });

  it('keep a label beside its value, and never one alone', () => {
    fc.assert(
      fc.property(record, (value) => {
        const { extensions } = parseCef(write('cef', asJson(value, false)).frame ?? '');
        for (const key of extensions.keys()) {
          if (/^(?:c[snf]p?|c6a|flexString)\d$/.test(key)) expect(extensions.has(`${key}Label`), key).toBe(true);
          if (key.endsWith('Label')) expect(extensions.has(key.slice(0, -5)), key).toBe(true);
        }
      }),
    );
  });

  it('never go over the room; what does not fit is left out whole, marked and counted, or refused', () => {
    const room = fc.oneof(fc.integer({ min: 200, max: 1500 }), fc.integer({ min: 200, max: 40_000 }));
    fc.assert(
      fc.property(record, room, fc.constantFrom<('cef' | 'leef')[]>('cef', 'leef'), (value, most, format) => {
        const json = asJson(value, false);
        const whole = write(format, json).frame ?? '';
        const { frame, code, dress } = write(format, json, most);
        if (frame === undefined) {
          expect(code).toBe('TF-EVENT-TOO-LARGE');
          return;
        }
        expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(most);
        const fits = Buffer.byteLength(whole) <= most;
        const lost = fits ? 0 : 1;
        if (fits) expect(frame).toBe(whole);
        if (format === 'leef') expect(parseLeef(frame).attributes.get('truncated')).toBe(fits ? undefined : 'true');
        expect(dress.tally.truncated).toBeGreaterThanOrEqual(lost);
        const read = format === 'cef' ? parseCef(frame).extensions : parseLeef(frame).attributes;
        const all = format === 'cef' ? parseCef(whole).extensions : parseLeef(whole).attributes;
        if (format === 'cef') expect(read.get('TrailferryTruncated')).toBe(fits ? undefined : 'true');
        for (const [key, found] of read) if (!/truncated$/i.test(key)) expect(found).toBe(all.get(key));
        for (const key of KEPT) expect(read.get(key)).toBe(all.get(key));
      }),
      { numRuns: 300 },
    );
  });
});

const KEPT = [
  'rt',
  'devTime',
  'cat',
  'TrailferryEventId',
  'trailferryEventId',
  'cs2',
  'awsRegion',
  'src',
  'suser',
  'usrName',
  'outcome',
];

describe('JSON and raw', () => {
  it('give a JSON record as it stands: on one line, or byte for byte', () => {
    fc.assert(
      fc.property(record, fc.constantFrom(0, 2), (value, indent) => {
        const json = JSON.stringify(value, undefined, indent);
        expect(write('raw', json).frame).toBe(json);
        const line = write('json', json).frame ?? '';
        expect(line).not.toMatch(/[\r\n]/);
        expect(JSON.parse(line)).toEqual(JSON.parse(json));
      }),
    );
  });

  it('refuse what is over the room: JSON cannot be cut', () => {
    for (const format of ['json', 'raw'] as const) {
      const json = JSON.stringify({ eventVersion: '1.08', userAgent: 'x'.repeat(300) });
      expect(write(format, json, json.length).frame).toBe(json);
      expect(write(format, json, json.length - 1).code).toBe('TF-EVENT-TOO-LARGE');
    }
  });

  it('leave numbers as they were written', () => {
    const json = '{"eventVersion":"1.08","requestParameters":{"a":9007199254740993,"b":1.0,"c":1e400,"d":-0}}';
    expect(write('raw', json).frame).toBe(json);
    expect(write('json', json).frame).toBe(json);
    expect(parseLeef(write('leef', json).frame ?? '').attributes.get('requestParameters')).toBe(
      '{"a":9007199254740993,"b":1.0,"c":1e400,"d":-0}',
    );
  });
});
