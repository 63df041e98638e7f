import { describe, expect, test } from 'vitest';
import { retryAfter } from '../../../transports/hec/answer.ts';
import { Cookies } from '../../../transports/hec/cookies.ts';
import { hec } from '../../../transports/hec/index.ts';
import type { Metadata } from '../../../transports/hec/settings.ts';
import { Turn } from '../../../transports/hec/turn.ts';
import { SILENT } from '../../../transports/transport.ts';
import { Context, noTls, settings } from './rig.ts';

const special = (type: readonly string[], changes: Partial<Metadata> = {}) => ({
  ...{ type, index: null, source: null, sourcetype: null, host: null },
  ...changes,
});

describe('settings that do not fit together', () => {
  test.each([
    [{}, []],
    [{ url: ['https://splunk.example:8088/'] }, []],
    [{ url: ['https://proxy.example/splunk'] }, []],
    [{ url: ['https://splunk.example:8088/services/collector/event'] }, ['url']],
    [{ url: ['https://splunk.example:8088?token=x'] }, ['url']],
    [{ gzip_level: 10 }, ['gzip_level']],
    [{ connections: 0 }, ['connections']],
    [{ max_content_bytes: 10 }, ['max_content_bytes']],
    [{ url: ['https://a.example:8088', 'https://b.example:8088'] }, []],
    [{ url: ['https://a.example:8088', 'https://b.example:8088', 'https://a.example:8088/'] }, ['url[2]']],
    [{ index: 'AWS Logs' }, ['index']],
    [
      { log_types: [special(['vpc-flow'], { index: '-flow' }), special(['alb'], { index: 'aws_alb-1' })] },
      ['log_types[0].index'],
    ],
    [{ log_types: [special(['vpc-flow', 'alb']), special(['nlb', 'alb'])] }, ['log_types[1].type']],
    [{ stall_timeout: 999 }, ['stall_timeout']],
    [{ ack_timeout: 10, ack_poll_interval: 10 }, ['ack_timeout']],
    [{ tls: { ...noTls, ca_file: '/ca.pem' } }, ['tls']],
    [{ url: ['https://s'], tls: { ...noTls, cert_file: '/c.pem' } }, ['tls.key_file']],
  ])('%j: %j', (changes, paths) => {
    expect(hec.check(settings(changes)).map(([path]) => path)).toEqual(paths);
  });
});

test('every setting has a default of the type that the program reads', () => {
  const defaults = Object.fromEntries(
    Object.entries(hec.schema).map(([name, setting]) => [name, 'default' in setting ? setting['default'] : undefined]),
  );
  expect(defaults).toMatchObject({ ack: true, max_content_bytes: 900_000, gzip_level: 0, ack_poll_interval: 1000 });
  expect(Object.keys(defaults).sort()).toEqual(Object.keys(settings()).sort());
});

test.each([
  ['http://splunk.example:8088', 1],
  ['http://127.0.0.1:8088', 0],
  ['http://[::1]:8088', 0],
  ['https://splunk.example:8088', 0],
])('%s: an operator is told %d times that the token travels unencrypted', (url, times) => {
  const context = new Context();
  hec.create(settings({ url: [url] }), context);
  expect(context.notices.filter((notice) => notice.includes('unencrypted'))).toHaveLength(times);
});

test('a longer window with acknowledgements, and with more connections', () => {
  const window = (changes: object) =>
    hec.create(settings(changes), { name: 's', hostname: 'h', secret: () => 'x', observer: SILENT }).window;
  expect(window({})).toBe(64 * 1024 * 1024);
  expect(window({ connections: 2 })).toBe(128 * 1024 * 1024);
  expect(window({ ack: false })).toBe(1024 * 1024);
});

test.each([
  [undefined, undefined],
  ['0', 0],
  ['2', 2000],
  ['Tue, 14 Nov 2023 22:13:30 GMT', 10_000],
  ['Tue, 14 Nov 2023 22:13:10 GMT', 0],
  ['Tue, 14 Nov 2033 22:13:10 GMT', 300_000],
  ['-1', undefined],
  ['later', undefined],
])('Retry-After %s is %s ms', (header, ms) => {
  const result = retryAfter(header, 1_700_000_000_000);
  if (header === '-1') expect(result ?? 0).toBeLessThanOrEqual(300_000);
  else expect(result).toBe(ms);
});

test('cookies are given back as they came, the latest of a name', () => {
  const cookies = new Cookies();
  expect(cookies.header()).toEqual({});
  cookies.take(['AWSALB=abc==; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/', 'node=1; HttpOnly', 'broken']);
  cookies.take(undefined);
  cookies.take(['node=2']);
  expect(cookies.header()).toEqual({ cookie: 'AWSALB=abc==; node=2' });
  cookies.take(['node=; Max-Age=0']);
  expect(cookies.header()).toEqual({ cookie: 'AWSALB=abc==' });
});

test('turns come in order, urgent ones first', async () => {
  const turn = new Turn();
  const order: string[] = [];
  await turn.take();
  const tasks = (['a', 'b', 'urgent'] as const).map(async (name) => {
    await (name === 'urgent' ? turn.take('urgent') : turn.take());
    order.push(name);
    turn.release();
  });
  expect(turn.load).toBe(4);
  turn.release();
  await Promise.all(tasks);
  expect(order).toEqual(['urgent', 'a', 'b']);
  expect(turn.load).toBe(0);
});
