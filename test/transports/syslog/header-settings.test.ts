import { expect, test } from 'vitest';
import { checkHeader } from '../../../transports/syslog/header-settings.ts';
import { syslogSettings } from './settings.ts';

test.each([
  [{ hostname: 'aws-{acount}' }, 'hostname', 'knows no {acount}, only {host}, {account}'],
  [{ app_name: '{host' }, 'app_name', 'without its partner'],
  [{ msgid: 'a b' }, 'msgid', 'without blanks'],
  [{ hostname: 'häuschen' }, 'hostname', 'printable ASCII'],
  [{ hostname: '[2001:db8::1]' }, 'hostname', 'an IPv6 address'],
  [{ header: 'rfc3164' as const, structured_data: true }, 'structured_data', 'needs header rfc5424'],
])('%j: %s', (given, path, message) => {
  const [complaint, ...others] = checkHeader(syslogSettings(given));
  expect([complaint?.[0], others]).toEqual([path, []]);
  expect(complaint?.[1]).toContain(message);
});

test('templates of every field fit', () => {
  const all = '{host}-{account}-{region}-{log_type}-{bucket}';
  expect(checkHeader(syslogSettings({ hostname: all, app_name: all, msgid: all }))).toEqual([]);
});
