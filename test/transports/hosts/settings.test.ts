import { expect, test } from 'vitest';
import { checkHosts, parseEndpoint, placesOf } from '../../../transports/hosts/settings.ts';

test.each([
  ['siem', { host: 'siem' }],
  ['siem.corp.example:6515', { host: 'siem.corp.example', port: 6515 }],
  ['192.0.2.1:1', { host: '192.0.2.1', port: 1 }],
  ['2001:db8::1', { host: '2001:db8::1' }],
  ['[2001:db8::1]', { host: '2001:db8::1' }],
  ['[2001:db8::1]:6514', { host: '2001:db8::1', port: 6514 }],
  ['[siem]:6514', undefined],
  ['siem:', undefined],
  ['siem:port', undefined],
  ['a:1:2', undefined],
  [':6514', undefined],
])('an endpoint: %s', (written, parsed) => {
  expect(parseEndpoint(written)).toEqual(parsed);
});

const names = (settings: Parameters<typeof placesOf>[0]) => placesOf(settings, 6514).map(({ name }) => name);

test('host goes first, then hosts in their order, each once', () => {
  const hosts = ['b:6515', 'a', '2001:db8::1'];
  expect(names({ host: 'a', hosts, balance: 'failover' })).toEqual(['a:6514', 'b:6515', '[2001:db8::1]:6514']);
  expect(names({ host: null, hosts, balance: 'failover' })).toEqual(['b:6515', 'a:6514', '[2001:db8::1]:6514']);
});

test.each([
  [{ host: null }, 'host', 'is missing'],
  [{ hosts: ['a', 'b', 'a:6514'] }, 'hosts[2]', 'a:6514 once more'],
  [{ hosts: ['siem'], balance: 'spread' as const }, 'balance', 'more than one host'],
])('what does not fit together: %j', (given, path, message) => {
  const [complaint, ...others] = checkHosts({ host: 'siem', hosts: [], balance: 'failover', ...given }, 6514);
  expect([complaint?.[0], others]).toEqual([path, []]);
  expect(complaint?.[1]).toContain(message);
});
