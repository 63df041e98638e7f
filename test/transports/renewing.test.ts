import { X509Certificate } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { hec } from '../../transports/hec/index.ts';
import { relp } from '../../transports/relp/index.ts';
import { type SyslogSettings, syslog } from '../../transports/syslog/index.ts';
import type { Transport } from '../../transports/transport.ts';
import { type Certificates, type Identity, makeCertificates } from '../fakes/certificates.ts';
import { createHecStub } from '../fakes/hec-stub.ts';
import { startRelpReceiver } from '../fakes/relp-receiver.ts';
import { enveloped, never, type Said, testContext } from './blocks.ts';
import { Context, settings as hecSettings, TOKEN } from './hec/rig.ts';
import { relpSettings } from './relp/rig.ts';
import { closeAtEnd, receiving, textOf, until } from './syslog/rig.ts';
import { syslogSettings } from './syslog/settings.ts';

let certificates: Certificates;
let directory: string;

beforeAll(async () => {
  certificates = await makeCertificates();
  directory = mkdtempSync(join(tmpdir(), 'renewing-'));
});
afterAll(() => {
  certificates.remove();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Pair {
  readonly transport: Transport;
  readonly said: Said;
  readonly receiver: { readonly messages: readonly string[]; readonly clients: readonly string[] };
}

/** Files of our own, to be replaced. */
function files() {
  const [cert, key] = ['client.pem', 'client.key'].map((name) => join(directory, name)) as [string, string];
  const put = (identity: Identity) => {
    copyFileSync(identity.cert, cert);
    copyFileSync(identity.key, key);
  };
  put(certificates.client);
  return {
    put,
    tls: {
      ca_file: certificates.ca,
      cert_file: cert,
      key_file: key,
      server_name: null,
      min_version: 'TLSv1.2',
    } as const,
  };
}

type Tls = ReturnType<typeof files>['tls'];

async function syslogPair(tls: Tls, given: Partial<SyslogSettings>): Promise<Pair> {
  const receiver = await receiving({ tls: { ...certificates.server, clientCa: certificates.ca } });
  const context = testContext();
  const settings = syslogSettings({ port: receiver.port, stall_timeout: 30_000, ...given, tls });
  return { receiver, said: context.said, transport: closeAtEnd(syslog.create(settings, context)) };
}

async function relpPair(tls: Tls): Promise<Pair> {
  const receiver = closeAtEnd(await startRelpReceiver({ tls: { ...certificates.server, clientCa: certificates.ca } }));
  const context = testContext();
  const settings = relpSettings({ port: receiver.port, protocol: 'tls', stall_timeout: 80_000, tls });
  return { receiver, said: context.said, transport: closeAtEnd(relp.create(settings, context)) };
}

async function hecPair(tls: Tls): Promise<Pair> {
  const [cert, key, ca] = [certificates.server.cert, certificates.server.key, certificates.ca].map((file) =>
    readFileSync(file),
  );
  const stub = await createHecStub({
    tokens: [{ token: TOKEN, ack: true }],
    keep: true,
    tls: { cert, key, ca, requestCert: true },
  });
  closeAtEnd({ close: () => Promise.resolve(stub[Symbol.asyncDispose]()) });
  const context = new Context();
  const said = { ...testContext().said, notices: context.notices, connections: context.connectionCounts };
  const transport = closeAtEnd(hec.create(hecSettings({ url: [stub.url], tls }), context));
  const receiver = {
    clients: stub.clients,
    get messages() {
      return stub.events.map(({ event }) => String(event));
    },
  };
  return { receiver, said, transport };
}

const serial = ({ cert }: Identity) => new X509Certificate(readFileSync(cert)).serialNumber;

describe.each([
  ['syslog, confirmed', (tls: Tls) => syslogPair(tls, {})],
  ['syslog, confirm none', (tls: Tls) => syslogPair(tls, { confirm: 'none' })],
  ['RELP', relpPair],
  ['HEC', hecPair],
] as const)('%s', (_name, start) => {
  test('a client certificate replaced under load: new connections have it, nothing is lost and nothing comes twice', async () => {
    const { put, tls } = files();
    const { transport, receiver, said } = await start(tls);
    const texts = Array.from({ length: 120 }, (_, number) => `event ${number} ${'x'.repeat(20_000)}`);
    const send = (from: number, to: number) =>
      texts.slice(from, to).map((text) => transport.send(enveloped(transport, [text]), never));
    const first = send(0, 40);
    await first[0];
    put(certificates.renewedClient);
    vi.advanceTimersByTime(10_000);
    await Promise.all([...first, ...send(40, 80)]);
    const before = receiver.clients.length;
    await Promise.all(send(80, 120));
    await until(() => receiver.messages.length === texts.length);
    expect(receiver.messages.map(textOf)).toEqual(texts);
    expect(receiver.clients[0]).toBe(serial(certificates.client));
    expect(receiver.clients.at(-1)).toBe(serial(certificates.renewedClient));
    expect(receiver.clients.slice(before)).not.toContain(serial(certificates.client));
    expect(said.notices).toEqual([]);
    await until(() => Number(said.connections.at(-1)) <= 2);
  });

  test('a connection that has nothing to do is made anew, too; files that stay the same change nothing', async () => {
    const { put, tls } = files();
    const { transport, receiver } = await start(tls);
    await transport.send(enveloped(transport, ['a']), never);
    const sessions = receiver.clients.length;
    put(certificates.client);
    vi.advanceTimersByTime(30_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(receiver.clients.length).toBe(sessions);
    put(certificates.renewedClient);
    vi.advanceTimersByTime(10_000);
    await transport.send(enveloped(transport, ['b']), never);
    expect(receiver.clients.at(-1)).toBe(serial(certificates.renewedClient));
    expect(receiver.messages.map(textOf)).toEqual(['a', 'b']);
  });

  test('half of a new pair, under load: told, and events go on with the old one', async () => {
    const { put, tls } = files();
    const { transport, receiver, said } = await start(tls);
    await transport.send(enveloped(transport, ['a']), never);
    copyFileSync(certificates.renewedClient.key, tls.key_file);
    vi.advanceTimersByTime(10_000);
    await transport.send(enveloped(transport, ['b']), never);
    expect(said.notices).toHaveLength(1);
    put(certificates.renewedClient);
    vi.advanceTimersByTime(10_000);
    await transport.send(enveloped(transport, ['c']), never);
    expect(receiver.messages.map(textOf)).toEqual(['a', 'b', 'c']);
    expect(new Set(receiver.clients)).toEqual(new Set([certificates.client, certificates.renewedClient].map(serial)));
  });
});

test('an aborted send does not wait for the old connection', async () => {
  const { put, tls } = files();
  const receiver = await receiving({ tls: { ...certificates.server, clientCa: certificates.ca }, atEnd: 'ignore' });
  const settings = syslogSettings({ port: receiver.port, stall_timeout: 30_000, tls });
  const transport = closeAtEnd(syslog.create(settings, testContext()));
  void transport.send(enveloped(transport, ['a']), never).catch(() => undefined);
  await until(() => receiver.messages.length > 0);
  put(certificates.renewedClient);
  vi.advanceTimersByTime(10_000);
  const controller = new AbortController();
  const sent = transport.send(enveloped(transport, ['b']), controller.signal);
  controller.abort(new Error('enough'));
  await expect(sent).rejects.toThrow('enough');
});
