import { expect, test } from 'vitest';
import { syslog } from '../../../transports/syslog/index.ts';
import { effective } from '../../../transports/syslog/settings.ts';
import { syslogSettings } from './settings.ts';

test.each([
  ['tls', 6514, 'octet-counting', 'close-notify'],
  ['tcp', 514, 'newline', 'none'],
  ['udp', 514, 'datagram', 'none'],
] as const)('what %s decides', (protocol, port, framing, confirm) => {
  expect(effective(syslogSettings({ protocol }))).toEqual({ port, framing, confirm });
  expect(syslog.check(syslogSettings({ protocol }))).toEqual([]);
});

test('what is given wins', () => {
  const given = { port: 1, framing: 'newline', confirm: 'none' } as const;
  expect(effective(syslogSettings(given))).toEqual(given);
});

test.each([
  [{ protocol: 'tcp', tls: { ca_file: '/x' } }, 'tls'],
  [{ protocol: 'tcp', confirm: 'close-notify' }, 'confirm'],
  [{ protocol: 'tcp', confirm: 'window' }, 'confirm'],
  [{ protocol: 'udp', confirm: 'auto' }, 'confirm'],
  [{ protocol: 'udp', framing: 'newline' }, 'framing'],
  [{ protocol: 'udp', max_message_bytes: 70_000 }, 'max_message_bytes'],
  [{ max_message_bytes: 100 }, 'max_message_bytes'],
  [{ connections: 0 }, 'connections'],
  [{ confirm_after: 0 }, 'confirm_after'],
  [{ stall_timeout: 100 }, 'stall_timeout'],
  [{ hostname: '2001:db8::1' }, 'hostname'],
  [{ tls: { key_file: '/x' } }, 'tls.cert_file'],
] as const)('%j does not fit together', (given, path) => {
  expect(syslog.check(syslogSettings(given)).map(([where]) => where)).toEqual([path]);
});

test('the schema has a default for every setting, the ones that the tests use too', () => {
  const { schema } = syslog;
  const defaults = Object.fromEntries(
    Object.entries(schema).map(([name, setting]) => [name, Reflect.get(setting, 'default')]),
  );
  const {
    tls: _tls,
    structured_data: _d,
    host: _host,
    connect_timeout: _c,
    stall_timeout: _s,
    ...same
  } = syslogSettings({});
  expect(defaults).toMatchObject(same);
});
