import { expect, test } from 'vitest';
import { relp } from '../../../transports/relp/index.ts';
import { relpSettings } from './rig.ts';

test('the defaults fit together, and are those that the tests use', () => {
  const defaults = Object.fromEntries(
    Object.entries(relp.schema).map(([name, setting]) => [name, Reflect.get(setting, 'default')]),
  );
  const {
    tls: _tls,
    structured_data: _d,
    host: _h,
    protocol: _p,
    connect_timeout: _c,
    stall_timeout: _s,
    ...same
  } = relpSettings({});
  expect(defaults).toMatchObject({ ...same, protocol: 'tls', connect_timeout: 5_000, stall_timeout: 8_000 });
  expect(relp.check(relpSettings({}))).toEqual([]);
});

test.each([
  [{ tls: { ca_file: '/x' } }, 'tls'],
  [{ protocol: 'tls', tls: { key_file: '/x' } }, 'tls.cert_file'],
  [{ max_message_bytes: 100 }, 'max_message_bytes'],
  [{ window: 8_096 }, 'window'],
  [{ stall_timeout: 100 }, 'stall_timeout'],
  [{ hostname: '2001:db8::1' }, 'hostname'],
] as const)('%j does not fit together', (given, path) => {
  expect(relp.check(relpSettings(given)).map(([where]) => where)).toEqual([path]);
});
