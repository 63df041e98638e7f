import fc from 'fast-check';
import { Client, Transport } from 'syslog-client';
import { describe, expect, test } from 'vitest';
import { type FrameStyle, syslogEnvelope } from '../../../transports/syslog/envelope.ts';
import { FrameParser } from '../../fakes/syslog-frames.ts';
import { EVENT_TIME, ORIGIN } from '../blocks.ts';

const STYLE: FrameStyle = {
  header: 'rfc5424',
  framing: 'octet-counting',
  facility: 'local0',
  appName: 'trailferry',
  hostname: '{host}',
  msgId: '{log_type}',
  thisHost: 'agent.example',
  structuredData: null,
  enterprise: 32_473,
  maxMessageBytes: 32_768,
};
const ID = '0'.repeat(32);

function frame(
  style: Partial<FrameStyle>,
  text: string,
  timeMs = EVENT_TIME,
  severity = 0,
  logType = ORIGIN.logType,
): string {
  const kind = /^(LEEF|CEF):/.test(text) ? 'labelled' : 'text';
  return syslogEnvelope({ ...STYLE, ...style })
    .bind({ ...ORIGIN, logType }, kind)
    .frame(text, timeMs, severity, ID);
}

describe('rfc5424', () => {
  test('the header of RFC 5424 6.5 example 1, with NILVALUE for what we do not know', () => {
    const style = {
      facility: 'auth',
      appName: 'su',
      hostname: 'mymachine.example.com',
      framing: 'datagram',
      structuredData: false,
    } as const;
    const text = "'su root' failed for lonvick on /dev/pts/8";
    expect(frame(style, text, Date.UTC(2003, 9, 11, 22, 14, 15, 3), 9, 'ID47')).toBe(
      "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - 'su root' failed for lonvick on /dev/pts/8",
    );
  });

  test('octet counting counts header and text in bytes', () => {
    const text = Buffer.from('LEEF:2.0|AWS|größe').toString('latin1');
    const message = `<134>1 2026-11-24T03:40:00.123Z agent.example trailferry - cloudtrail - ${text}`;
    expect(frame({}, text)).toBe(`${message.length} ${message}`);
    expect(Buffer.from(message, 'latin1').toString('utf8')).toContain('größe');
  });

  test('the same as syslog-client writes, but for PROCID', () => {
    const oracle = new Client('127.0.0.1', { transport: Transport.Tcp });
    const options = { facility: 16, severity: 6, rfc3164: false, msgid: 'cloudtrail', timestamp: new Date(EVENT_TIME) };
    const theirs = oracle.buildFormattedMessage('CEF:0|AWS', {
      ...options,
      appName: 'trailferry',
      syslogHostname: 'agent.example',
    });
    expect(frame({ framing: 'newline' }, 'CEF:0|AWS')).toBe(
      theirs.toString('latin1').replace(` ${process.pid} `, ' - '),
    );
  });

  test.each([
    [Number.NaN, '-'],
    [Number.POSITIVE_INFINITY, '-'],
    [Date.UTC(10_000, 0), '-'],
    [-1, '1969-12-31T23:59:59.999Z'],
    [0, '1970-01-01T00:00:00.000Z'],
    [1_700_000_000_000.75, '2023-11-14T22:13:20.000Z'],
  ])('time %s becomes %s', (timeMs, stamp) => {
    expect(frame({ framing: 'datagram' }, 'x', timeMs).split(' ')[1]).toBe(stamp);
  });

  test('a stamp is that of toISOString, whatever came before it', () => {
    const times = fc.array(
      fc.integer({ min: 0, max: 4e12 }).chain((at) => fc.constantFrom(at, at + 1, at + 999, Number.NaN)),
    );
    fc.assert(
      fc.property(times, (all) => {
        const bound = syslogEnvelope({ ...STYLE, framing: 'datagram' }).bind(ORIGIN, 'text');
        const stamps = all.map((at) => bound.frame('', at, 0, ID).split(' ')[1]);
        expect(stamps).toEqual(all.map((at) => (Number.isNaN(at) ? '-' : new Date(at).toISOString())));
      }),
    );
  });

  test.each([
    [0, 134],
    [2, 134],
    [3, 133],
    [4, 132],
    [6, 132],
    [7, 131],
    [8, 131],
    [9, 130],
    [10, 130],
    [11, 134],
  ])('severity %i gives PRI %i', (severity, pri) => {
    expect(frame({ framing: 'datagram' }, 'x', EVENT_TIME, severity)).toMatch(new RegExp(`^<${pri}>1 `));
  });

  test('header fields are printable ASCII of bounded length, and never an IPv6 address', () => {
    const style = {
      hostname: 'häuschen am see',
      appName: 'a'.repeat(60),
      msgId: '',
      structuredData: false,
      framing: 'datagram',
    } as const;
    const fields = frame(style, 'x').split(' ');
    expect(fields.slice(2)).toEqual(['h_uschen_am_see', 'a'.repeat(48), '-', '-', '-', 'x']);
    expect(frame({ hostname: '2001:db8::1', framing: 'datagram' }, 'x').split(' ')[2]).toBe('-');
  });
});

describe('templates', () => {
  const origin = { ...ORIGIN, source: 's3://logs/AWSLogs/x' };
  const bound = (style: Partial<FrameStyle>, from = origin) =>
    syslogEnvelope({ ...STYLE, framing: 'datagram', ...style }).bind(from, 'labelled');
  const head = (style: Partial<FrameStyle>, from = origin) =>
    bound(style, from).frame('LEEF:', EVENT_TIME, 0, ID).split(' ');

  test('every field of the fixed list, in each of the three places', () => {
    const all = '{host}/{account}/{region}/{log_type}/{bucket}';
    const values = 'agent.example/111122223333/eu-west-1/cloudtrail/logs';
    const [, , host, app, , msgId] = head({ hostname: all, appName: all, msgId: all });
    expect([host, app, msgId]).toEqual([values, values.slice(0, 48), values.slice(0, 32)]);
  });

  test('what the object does not tell is unknown', () => {
    const bare = { ...origin, account: undefined, region: undefined };
    expect(head({ hostname: 'aws-{account}-{region}' }, bare)[2]).toBe('aws-unknown-unknown');
  });

  test('values are cleaned: no value can end its field or reach the next one', () => {
    const odd = { ...origin, account: 'a b\nü', region: ' ' };
    expect(head({ hostname: 'x-{account}', msgId: '{region}' }, odd).slice(2, 6)).toEqual([
      'x-a_b__',
      'trailferry',
      '-',
      '_',
    ]);
  });

  test.each(['2001:db8::1', '[2001:db8::1]', 'fe80::1%eth0', '::ffff:192.0.2.1'])(
    'never the IPv6 address %s',
    (thisHost) => {
      expect(head({ thisHost })[2]).toBe('-');
      expect(head({ thisHost, header: 'rfc3164' })[3]).toBe('-');
      expect(head({ thisHost, hostname: 'aws-{account}' })[2]).toBe('aws-111122223333');
    },
  );

  test('room is what the longest header leaves', () => {
    const long = {
      hostname: 'h'.repeat(300),
      appName: 'a'.repeat(100),
      msgId: 'm'.repeat(100),
      maxMessageBytes: 2_000,
    };
    const { room, frame: lay } = bound(long);
    expect(lay('x'.repeat(room), EVENT_TIME, 0, ID).length).toBe(2_000);
  });
});

describe('structured data', () => {
  const laid = (kind: 'json' | 'text' | 'labelled', style: Partial<FrameStyle> = {}, origin = ORIGIN) =>
    syslogEnvelope({ ...STYLE, framing: 'datagram', ...style })
      .bind(origin, kind)
      .frame('the text', EVENT_TIME, 0, 'ab'.repeat(16));
  const element = `[trailferry@32473 event_id="${'ab'.repeat(16)}" account="111122223333" region="eu-west-1"]`;

  test('event id, account and region, where the text does not say them', () => {
    expect(laid('json').endsWith(` cloudtrail ${element} the text`)).toBe(true);
    expect(laid('text').endsWith(` cloudtrail ${element} the text`)).toBe(true);
    expect(laid('labelled').endsWith(' cloudtrail - the text')).toBe(true);
  });

  test('as the configuration says', () => {
    expect(laid('labelled', { structuredData: true }).endsWith(` ${element} the text`)).toBe(true);
    expect(laid('json', { structuredData: false }).endsWith(' - the text')).toBe(true);
    expect(laid('json', { enterprise: 64_000 })).toContain('[trailferry@64000 event_id=');
  });

  test('what is not known is left out; what would end a value is escaped', () => {
    expect(laid('json', {}, { ...ORIGIN, account: undefined, region: undefined })).toContain(
      `event_id="${'ab'.repeat(16)}"] `,
    );
    expect(laid('json', {}, { ...ORIGIN, account: 'a"]\\\n' })).toContain('account="a\\"\\]\\\\_" region=');
  });

  test('the message keeps within the limit', () => {
    const bound = syslogEnvelope({ ...STYLE, framing: 'datagram', maxMessageBytes: 600 }).bind(ORIGIN, 'json');
    expect(bound.frame('x'.repeat(bound.room), EVENT_TIME, 0, ID).length).toBe(600);
  });
});

describe('rfc3164', () => {
  const style = {
    header: 'rfc3164',
    framing: 'newline',
    facility: 'auth',
    appName: 'su',
    hostname: 'mymachine',
  } as const;
  const local = new Date(2003, 9, 11, 22, 14, 15).getTime();

  test('the example of RFC 3164 5.4', () => {
    expect(frame(style, "'su root' failed for lonvick on /dev/pts/8", local, 9)).toBe(
      "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8\n",
    );
  });

  test('LEEF and CEF follow the host name at once, JSON has a tag', () => {
    expect(frame(style, 'LEEF:2.0|AWS', local)).toBe('<38>Oct 11 22:14:15 mymachine LEEF:2.0|AWS\n');
    expect(frame(style, 'CEF:0|AWS', local)).toBe('<38>Oct 11 22:14:15 mymachine CEF:0|AWS\n');
    expect(frame(style, '{"a":1}', local)).toBe('<38>Oct 11 22:14:15 mymachine su: {"a":1}\n');
  });

  test('the same as syslog-client writes', () => {
    const oracle = new Client('127.0.0.1', { transport: Transport.Tcp });
    for (const at of [local, new Date(2026, 0, 1).getTime(), new Date(2026, 11, 31, 23, 59, 59).getTime()]) {
      const options = { facility: 4, severity: 6, rfc3164: true, timestamp: new Date(at), syslogHostname: 'mymachine' };
      expect(frame(style, 'LEEF:1.0|x', at)).toBe(
        oracle.buildFormattedMessage('LEEF:1.0|x', options).toString('latin1'),
      );
    }
  });

  test('an event without time gets the time of sending', () => {
    const before = Math.floor(Date.now() / 1000);
    const stamp = frame(style, 'LEEF:1.0|x', Number.NaN).slice(4, 19);
    const at = new Date(`${stamp} ${new Date().getFullYear()}`).getTime() / 1000;
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now() / 1000);
  });
});

describe('framing', () => {
  test('with newline a text never breaks a frame', () => {
    expect(frame({ framing: 'newline' }, 'a\r\nb\nc\rd')).toMatch(/\] a {2}b c d\n$/);
    expect(frame({ framing: 'datagram' }, 'a\nb')).toMatch(/\] a b$/);
    expect(frame({}, 'a\nb')).toMatch(/\] a\nb$/);
  });

  const anyBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
  const nasty = fc.constantFrom('\n', '\r\n', '', ' ', '5 <1>1', '<13>', '99 ', '\u0000', '\n<134>1 - - - - - - x\n');
  const texts = fc.array(fc.oneof(anyBytes, nasty), { minLength: 1, maxLength: 20 });

  test.each([
    ['rfc5424', 'octet-counting'],
    ['rfc5424', 'newline'],
    ['rfc3164', 'octet-counting'],
    ['rfc3164', 'newline'],
  ] as const)('%s with %s: any texts, cut anywhere, are as many frames in the same order', (header, framing) => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 50 }), (all, step) => {
        const bound = syslogEnvelope({ ...STYLE, header, framing }).bind(ORIGIN, 'text');
        const stream = Buffer.from(all.map((text) => bound.frame(text, EVENT_TIME, 5, ID)).join(''), 'latin1');
        const parser = new FrameParser();
        const messages: string[] = [];
        for (let at = 0; at < stream.length; at += step) {
          messages.push(...parser.push(stream.subarray(at, at + step)).map((message) => message.toString('latin1')));
        }
        const kept = framing === 'newline' ? all.map((text) => text.replace(/[\r\n]/g, ' ')) : all;
        expect(messages.length).toBe(all.length);
        for (const [index, message] of messages.entries()) expect(message.endsWith(kept[index] ?? '')).toBe(true);
        expect(parser.cut).toBe(false);
      }),
    );
  });

  test.each(['rfc5424', 'rfc3164'] as const)(
    'a text of exactly `room` bytes makes a %s message of at most the limit',
    (header) => {
      for (const framing of ['octet-counting', 'newline'] as const) {
        const bound = syslogEnvelope({ ...STYLE, header, framing, maxMessageBytes: 1_000 }).bind(ORIGIN, 'json');
        const parser = new FrameParser();
        const [message] = parser.push(Buffer.from(bound.frame('x'.repeat(bound.room), EVENT_TIME, 0, ID), 'latin1'));
        expect(message?.length).toBe(1_000);
      }
    },
  );
});
