import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { hec } from '../../../transports/hec/index.ts';
import type { HecSettings } from '../../../transports/hec/settings.ts';
import type { ProbeReport, Transport } from '../../../transports/transport.ts';
import { type Certificates, type Identity, makeCertificates } from '../../fakes/certificates.ts';
import type { HecStubOptions } from '../../fakes/hec-stub.ts';
import { Context, makeRig, noTls, settings, TOKEN } from './rig.ts';

const probe = (transport: Transport): Promise<ProbeReport> => transport.probe(new AbortController().signal);
const names = ({ steps }: ProbeReport): string[] => steps.map(({ step, ok }) => `${step} ${ok ? 'ok' : 'failed'}`);
const tokens = (token: object): HecStubOptions => ({ tokens: [{ token: TOKEN, ...token }] });

describe('a probe', () => {
  test('walks all the way, and sends no event', async () => {
    await using rig = await makeRig();
    const report = await probe(rig.transport);
    expect(names(report)).toEqual(['dns ok', 'tcp ok', 'health ok', 'token ok', 'index ok', 'ack ok']);
    expect(report).toMatchObject({ ok: true, assurance: 'indexed' });
    for (const { ms, remedy } of report.steps) expect([ms >= 0, remedy]).toEqual([true, undefined]);
    await expect.poll(() => rig.context.connectionCounts.at(-1)).toBe(0);
    expect(rig.stub.stats().indexed).toBe(0);
    expect(rig.stub.requests.every(({ body }) => !body.includes('event'))).toBe(true);
  });

  const failures: readonly [string, HecStubOptions, boolean, string, RegExp][] = [
    ['a token that is unknown', { tokens: [] }, true, 'token', /valid, enabled HEC token/],
    ['a token that is disabled', tokens({ ack: true, disabled: true }), true, 'token', /enable the token/],
    ['a token without acknowledgement', tokens({}), true, 'ack', /indexer acknowledgement/],
    ['a token that asks for acknowledgement', tokens({ ack: true }), false, 'token', /ack: true/],
  ];

  test.each(failures)('finds %s', async (_name, options, ack, step, remedy) => {
    await using rig = await makeRig({ ack }, options);
    const report = await probe(rig.transport);
    expect(report.ok).toBe(false);
    expect(report.steps.at(-1)).toMatchObject({ step, ok: false, remedy: expect.stringMatching(remedy) });
    expect(JSON.stringify(report)).not.toContain(TOKEN);
  });

  test('finds an unhealthy endpoint', async () => {
    await using rig = await makeRig();
    rig.stub.health({ status: 503, code: 18, text: 'HEC is unhealthy, queues are full' });
    const last = (await probe(rig.transport)).steps.at(-1);
    expect(last).toMatchObject({ step: 'health', ok: false, detail: expect.stringContaining('queues are full') });
    expect(last?.remedy).toContain('Monitoring Console');
  });

  test('finds a closed port, and a name that does not exist', async () => {
    const closed = await probe(hec.create(settings({ url: ['http://127.0.0.1:1'] }), new Context()));
    expect(names(closed)).toEqual(['dns ok', 'tcp failed']);
    const nameless = await probe(hec.create(settings({ url: ['https://splunk.invalid:8088'] }), new Context()));
    expect(names(nameless)).toEqual(['dns failed']);
    for (const { steps } of [closed, nameless]) expect(steps.at(-1)?.remedy).toContain('firewalls');
  });

  test('finds a port that says nothing, in time', async () => {
    await using rig = await makeRig({ request_timeout: 50 });
    rig.stub.fault({ on: 'health', stall: 'before' });
    expect((await probe(rig.transport)).steps.at(-1)).toMatchObject({ step: 'health', ok: false });
  });

  test('says that acknowledgement is off as configured', async () => {
    await using rig = await makeRig({ ack: false });
    const report = await probe(rig.transport);
    expect(report).toMatchObject({ ok: true, assurance: 'accepted' });
    expect(report.steps.at(-1)?.detail).toBe('off, as configured');
  });
});

describe('a probe over TLS', () => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await makeCertificates();
    return certificates.remove;
  });
  const TLS = ['tls files ok', 'tls ok', 'certificate chain ok', 'certificate validity ok', 'certificate name ok'];

  /** Probes an endpoint that shows this certificate. */
  async function probeTls({ cert, key }: Identity, tls: Partial<HecSettings['tls']> = {}, clientCa?: string) {
    const client = clientCa === undefined ? {} : { ca: readFileSync(clientCa), requestCert: true };
    const options = { cert: readFileSync(cert), key: readFileSync(key), ...client };
    await using rig = await makeRig({ tls: { ...noTls, ca_file: certificates.ca, ...tls } }, { tls: options });
    return await probe(rig.transport);
  }

  test('says what the certificate is worth', async () => {
    const report = await probeTls(certificates.server);
    expect(names(report)).toEqual([
      ...['dns ok', 'tcp ok', ...TLS, 'client certificate ok'],
      ...['health ok', 'token ok', 'index ok', 'ack ok'],
    ]);
    expect(report.steps[4]?.detail).toBe(`CN=localhost by CN=Test CA, trusted by ${certificates.ca}`);
  });

  const untrusted: readonly [string, keyof Certificates, string, RegExp, RegExp][] = [
    ['that has expired', 'expiredServer', 'certificate validity', /valid from 20.* \[TF-HEC-TLS\]$/, /renew/],
    ['for another name', 'wrongHostServer', 'certificate name', /is not in DNS:elsewhere\.example/, /server_name/],
  ];
  test.each(untrusted)('finds a certificate %s', async (_, name, step, detail, remedy) => {
    const failed = (await probeTls(certificates[name] as Identity)).steps.filter(({ ok }) => !ok);
    expect(failed).toEqual([
      { step, ok: false, ms: 0, detail: expect.stringMatching(detail), remedy: expect.stringMatching(remedy) },
    ]);
  });

  test('finds that a client certificate is asked for', async () => {
    const report = await probeTls(certificates.server, {}, certificates.ca);
    expect(names(report)).toEqual(['dns ok', 'tcp ok', ...TLS, 'client certificate failed']);
    expect(report.steps.at(-1)?.remedy).toContain('tls.cert_file');
    const { cert, key } = certificates.client;
    expect((await probeTls(certificates.server, { cert_file: cert, key_file: key }, certificates.ca)).ok).toBe(true);
  });
});
