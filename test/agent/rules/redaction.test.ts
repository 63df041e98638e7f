import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Converter, Dress } from '../../../agent/convert.ts';
import { noRules, type RuleSettings, rulesOf } from '../../../agent/rules/rules.ts';
import type { RedactSettings } from '../../../config/config.ts';
import type { LogType } from '../../../formats/log-type.ts';
import { cloudtrail } from '../../../formats/log-types/cloudtrail.ts';
import { s3Access } from '../../../formats/log-types/s3-access.ts';
import { vpcFlow } from '../../../formats/log-types/vpc-flow.ts';
import { waf } from '../../../formats/log-types/waf.ts';
import { plainContents } from '../../../formats/reader.ts';
import type { FormatName } from '../../../formats/wire/formatter.ts';
import { formats } from '../../../formats/wire/index.ts';
import { parseCef } from '../../cef-parser.ts';
import { parseLeef } from '../../leef-parser.ts';
import { ORIGIN } from './events.ts';

const KEY = 'a key of the hashes';
process.env['TEST_REDACT_KEY'] = KEY;

const hash = (value: string): string => createHmac('sha256', KEY).update(value, 'utf8').digest('hex').slice(0, 16);

interface Place {
  readonly format: FormatName;
  readonly redact?: readonly RedactSettings[];
  readonly defaults?: boolean;
}

/** What each destination gets of one object; a refused record is its code. */
function convert(type: LogType, bytes: string, ...places: Place[]): string[][] {
  const outs = places.map((): string[] => []);
  const routes = places.map(({ format, redact = [], defaults = true }, index) => {
    const settings: RuleSettings = {
      ...{ filters: [], redact, redact_defaults: defaults },
      redact_key: { env: 'TEST_REDACT_KEY' },
    };
    const dress = new Dress(formats[format], { bind: () => ({ room: 1e6, frame: (text) => text }) }, rulesOf(settings));
    const out = outs[index] as string[];
    const frame = (_: number, text: string): void => void out.push(Buffer.from(text, 'latin1').toString());
    const refuse = (_: number, __: unknown, { code }: { readonly code: string }): void => void out.push(code);
    return { dress, sink: { offered: 0, frame, refuse, pass: () => {} } };
  });
  const converter = new Converter(plainContents(type, ORIGIN), routes);
  converter.push(Buffer.from(bytes));
  converter.end();
  return outs;
}

const CALL = `{"eventVersion":"1.08","eventTime":"2026-11-24T12:00:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","big":12345678901234567890.10, "userIdentity":{"type":"IAMUser","userName":"zo\\u00eb","arn":"arn:aws:iam::111122223333:user/zo\\u00eb"},"sourceIPAddress":"192.0.2.7","requestParameters":{"userName":"new","password":"S3cr3t"},"readOnly":false}`;
const calls = (...redact: RedactSettings[]) => redact;

describe('a member', () => {
  test('is hidden in the record, where it stands, and nothing else is written anew', () => {
    const [[out = ''] = []] = convert(cloudtrail, CALL, {
      format: 'raw',
      redact: calls(
        { member: 'requestParameters.password', action: 'mask' },
        { member: 'sourceIPAddress', action: 'drop' },
        { member: 'userIdentity.userName', action: 'hash' },
      ),
    });
    const expected = CALL.replace('"S3cr3t"', '"***"')
      .replace('"192.0.2.7"', 'null')
      .replace('"zo\\u00eb",', `"${hash('zoë')}",`);
    expect(out).toBe(expected);
  });

  test.each<FormatName>(['leef', 'cef', 'json', 'ocsf', 'ecs'])('is hidden before %s reads it', (format) => {
    const [[out = ''] = [], [clean = ''] = []] = convert(
      cloudtrail,
      CALL,
      {
        format,
        redact: calls(
          { member: 'requestParameters.password', action: 'mask' },
          { member: 'userIdentity.*', action: 'drop' },
        ),
      },
      { format },
    );
    expect(clean).toContain('S3cr3t');
    expect(clean).toContain('zo');
    expect(out).not.toMatch(/S3cr3t|zoë|zo\\u00eb/);
    expect(out).toContain('CreateUser');
  });

  test('of other log types, or that is not there, changes nothing', () => {
    const redact = calls(
      { log_type: ['vpc-flow'], member: 'eventName', action: 'mask' },
      { member: 'requestParameters.secret', action: 'mask' },
      { member: 'errorCode', action: 'hash' },
    );
    expect(convert(cloudtrail, CALL, { format: 'raw', redact })).toEqual([[CALL]]);
  });

  test('that cannot be looked for is not let through', () => {
    const broken = CALL.replace('"userName":"new"', '"userName" "new"');
    const redact = calls({ member: 'requestParameters.password', action: 'mask' });
    expect(convert(cloudtrail, broken, { format: 'raw', redact }, { format: 'raw' })).toEqual([
      ['TF-REDACT-PLACE'],
      [broken],
    ]);
  });
});

describe('a column', () => {
  const FLOWS =
    'srcaddr dstaddr srcport action start end\n192.0.2.7 10.0.0.1 443 ACCEPT 1 2\n- 10.0.0.1 80 REJECT 1 2\n';
  const redact = calls({ member: 'srcaddr', action: 'hash' }, { member: 'srcport', action: 'drop' });

  test('is hidden in the line, and stays a column', () => {
    const [raw, json, leef] = convert(
      vpcFlow,
      FLOWS,
      { format: 'raw', redact },
      { format: 'json', redact },
      { format: 'leef', redact },
    );
    expect(raw).toEqual([`${hash('192.0.2.7')} 10.0.0.1 - ACCEPT 1 2`, '- 10.0.0.1 - REJECT 1 2']);
    expect(json?.map((line) => JSON.parse(line).srcaddr)).toEqual([hash('192.0.2.7'), '-']);
    expect(parseLeef(leef?.[0] ?? '').attributes.get('srcHost')).toBe(hash('192.0.2.7'));
    expect(parseLeef(leef?.[0] ?? '').attributes.has('srcPort')).toBe(false);
  });

  test('is no other destination’s loss', () => {
    const [hidden, whole] = convert(vpcFlow, FLOWS, { format: 'leef', redact }, { format: 'leef' });
    expect(hidden?.[0]).not.toContain('192.0.2.7');
    expect(whole?.[0]).toContain('\tsrc=192.0.2.7\tsrcPort=443\t');
  });
});

describe('a field', () => {
  const redact = calls(
    { field: 'user.name', action: 'hash' },
    { field: 'user.arn', action: 'mask' },
    { field: 'source.address', action: 'drop' },
    { field: 'event.read_only', action: 'mask' },
    { field: 'event.message', action: 'mask' },
  );

  test('is hidden in LEEF and CEF; what can be no text is dropped; what is absent stays absent', () => {
    const [[leef = ''] = [], [cef = ''] = [], [whole = ''] = []] = convert(
      cloudtrail,
      CALL,
      { format: 'leef', redact },
      { format: 'cef', redact },
      { format: 'leef' },
    );
    const { attributes } = parseLeef(leef);
    expect([attributes.get('usrName'), attributes.get('userArn')]).toEqual([hash('zoë'), '***']);
    expect(['src', 'readOnly', 'msg'].filter((key) => attributes.has(key))).toEqual([]);
    const extension = parseCef(cef).extensions;
    expect([extension.get('suser'), extension.get('cs3')]).toEqual([hash('zoë'), '***']);
    expect(['src', 'cn1', 'msg'].filter((key) => extension.has(key))).toEqual([]);
    expect(parseLeef(whole).attributes.get('usrName')).toBe('zoë');
  });
});

describe('secrets that a log type is known to hold', () => {
  const LINE = `${'a'.repeat(64)} bucket [24/Nov/2026:12:00:00 +0000] 192.0.2.7 - REQ1 REST.GET.OBJECT k "GET /k?X-Amz-Credential=AKIA&X-Amz-Signature=0a1b HTTP/1.1" 200 - 1 1 1 1 "-" "curl" -`;
  const MASKED = LINE.replace('AKIA', '***').replace('0a1b', '***');
  const REQUEST = `{"timestamp":1795521600000,"webaclId":"arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/w/1","action":"ALLOW","httpRequest":{"clientIp":"192.0.2.7","headers":[{"name":"Cookie","value":"sid=1"},{"name":"Host","value":"h"}],"uri":"/","args":"X-Amz-Signature=0a1b"}}`;

  test('are masked in records and in fields', () => {
    const [raw, leef, cef] = convert(s3Access, `${LINE}\n`, { format: 'raw' }, { format: 'leef' }, { format: 'cef' });
    expect(raw).toEqual([MASKED]);
    expect(parseLeef(leef?.[0] ?? '').attributes.get('url')).toBe('/k?X-Amz-Credential=***&X-Amz-Signature=***');
    expect(cef?.[0]).toContain('X-Amz-Signature\\=*** ');
    expect(convert(waf, `${REQUEST}\n`, { format: 'raw' })).toEqual([
      [REQUEST.replace('sid=1', '***').replace('0a1b', '***')],
    ]);
  });

  test('stay where an admin asks for that, and only there', () => {
    const places: Place[] = [{ format: 'leef' }, { format: 'leef', defaults: false }, { format: 'raw' }];
    const [masked, whole, raw] = convert(s3Access, `${LINE}\n`, ...places, { format: 'raw', defaults: false });
    expect(masked?.[0]).not.toMatch(/AKIA|0a1b/);
    expect(whole?.[0]).toMatch(/AKIA.*0a1b/);
    expect(raw).toEqual([MASKED]);
  });

  test('are masked beside what the admin hides', () => {
    const redact = calls({ member: 'remote_ip', action: 'mask' });
    for (const other of [true, false]) {
      const [own] = convert(s3Access, `${LINE}\n`, { format: 'raw', redact }, { format: 'raw', defaults: other });
      expect(own).toEqual([MASKED.replace('192.0.2.7', '***')]);
    }
  });

  test('a record without any is handed on as the same text', () => {
    const clean = LINE.replace(/\?X-Amz\S*/, '');
    expect(convert(s3Access, `${clean}\n`, { format: 'raw' })).toEqual([[clean]]);
  });
});

test('without a rule there is nothing to do for each record', () => {
  expect(noRules().redaction.bind(cloudtrail, true)).toBeUndefined();
  expect(noRules().redaction.bind(s3Access, false)).toBeUndefined();
});
