import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type Certificates, makeCertificates } from '../../fakes/certificates.ts';
import { failure, receiving, sending, textOf, until } from './rig.ts';

const lookups = vi.hoisted(() => ({ addresses: [] as string[], count: 0 }));

vi.mock('node:dns/promises', () => ({
  lookup: async () => {
    lookups.count += 1;
    return lookups.addresses.map((address) => ({ address, family: 4 }));
  },
}));

const [FIRST, SECOND] = ['127.0.0.2', '127.0.0.1'] as const;
let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
  return certificates.remove;
});

beforeEach(() => {
  lookups.addresses = [FIRST, SECOND];
  lookups.count = 0;
});

const siem = (port: number) =>
  sending({ host: 'siem.example', port, tls: { ca_file: certificates.ca, server_name: 'localhost' } });

test('all addresses of a name are tried, and it is resolved at each connection', async () => {
  const receiver = await receiving({ tls: certificates.server, address: SECOND });
  await siem(receiver.port).send(['x']);
  expect(receiver.messages.map(textOf)).toEqual(['x']);
  expect(lookups.count).toBe(2);
});

test('the address that answered goes first from then on, even if the resolver changes the order', async () => {
  const second = await receiving({ tls: certificates.server, address: SECOND });
  const first = await receiving({ tls: certificates.server, address: FIRST, port: second.port });
  const { send } = siem(second.port);
  await send(['a']);
  lookups.addresses = [SECOND, FIRST];
  await send(['b']);
  expect([first.messages.map(textOf), second.messages]).toEqual([['a', 'b'], []]);
});

test('another address proves nothing about the one that confirmed', async () => {
  const second = await receiving({ tls: certificates.server, address: SECOND });
  const first = await receiving({
    tls: certificates.server,
    address: FIRST,
    port: second.port,
    bytesPerSecond: 20_000,
  });
  const sent = failure(siem(second.port).send(Array(1_000).fill('x'.repeat(200))));
  await until(() => first.messages.length > 0);
  await sleep(200);
  first.terminate();
  const { code, message, fault } = await sent;
  expect([code, fault.kind]).toEqual(['TF-SYSLOG-UNPROVEN', 'retry']);
  expect(message).toContain(`connected to ${SECOND} instead of ${FIRST}`);
});

test('plain TCP tries all addresses too', async () => {
  const receiver = await receiving({ address: SECOND });
  await sending({ host: 'siem.example', port: receiver.port, protocol: 'tcp' }).send(['x']);
  await until(() => receiver.messages.length === 1);
});
