import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { explain } from '../../../transports/syslog/faults.ts';
import { certificateSteps } from '../../../transports/tls-probe.ts';
import type { ProbeReport } from '../../../transports/transport.ts';
import { type Certificates, type Identity, makeCertificates } from '../../fakes/certificates.ts';
import { never } from '../blocks.ts';
import { receiving, sending, tlsPair } from './rig.ts';
import { syslogSettings } from './settings.ts';

let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
  return certificates.remove;
});

const CERTIFICATE = ['certificate chain', 'certificate validity', 'certificate name'];
const BEFORE = ['tls files', 'dns', 'tcp', 'tls'];
const STEPS = [...BEFORE, ...CERTIFICATE, 'client certificate', 'close-notify', 'framing'];
/** Names of the steps, those that failed with a mark. */
const names = ({ steps }: ProbeReport) => steps.map(({ step, ok }) => (ok ? step : `${step} FAILED`));
const stepOf = ({ steps }: ProbeReport, name: string) => steps.find(({ step }) => step === name);

test.concurrent('a good TLS receiver passes every step, and gets no event', async () => {
  const { transport, receiver } = await tlsPair(certificates);
  const report = await transport.probe(never);
  expect(report).toMatchObject({ ok: true, assurance: 'confirmed' });
  expect(names(report)).toEqual(STEPS);
  expect(report.steps.map(({ detail }) => detail)).toEqual([
    certificates.ca,
    '127.0.0.1',
    `127.0.0.1 port ${receiver.port}`,
    expect.stringMatching(/^TLSv1\.3, TLS_\w+$/),
    `CN=localhost by CN=Test CA, trusted by ${certificates.ca}`,
    expect.stringMatching(/^until 20\d\d-\d\d-\d\d, (29|30) days from now$/),
    '127.0.0.1 is in DNS:localhost, IP Address:127.0.0.1',
    'none configured, and none is asked for',
    'answered',
    expect.stringMatching(/^octet-counting, rfc5424 header, 32768 bytes at most; .*send-test$/),
  ]);
  expect(report.steps.every(({ ms, remedy }) => Number.isInteger(ms) && remedy === undefined)).toBe(true);
  expect([receiver.messages, receiver.faults, receiver.accepted]).toEqual([[], [], 1]);
});

const untrusted: readonly [string, (made: Certificates) => TlsPair, string[], string, RegExp][] = [
  [
    'an expired certificate',
    ({ expiredServer }) => [{ tls: expiredServer }],
    [...BEFORE, 'certificate validity FAILED', 'certificate name'],
    'certificate validity',
    /valid from 20.* to 20.* \[TF-SYSLOG-CERT-EXPIRED\] renew/,
  ],
  [
    'a certificate for another name',
    ({ wrongHostServer }) => [{ tls: wrongHostServer }],
    [...BEFORE, 'certificate chain', 'certificate validity', 'certificate name FAILED'],
    'certificate name',
    /127\.0\.0\.1 is not in DNS:elsewhere\.example \[TF-SYSLOG-CERT-NAME\] let host/,
  ],
  [
    'a certificate of an unknown authority',
    ({ otherCa }) => [{}, { tls: { ca_file: otherCa } }],
    [...BEFORE, 'certificate chain FAILED', 'certificate validity', 'certificate name'],
    'certificate chain',
    /CN=localhost by CN=Test CA \[TF-SYSLOG-CERT-UNKNOWN-CA\] let tls\.ca_file/,
  ],
  [
    'an expired certificate that another name is asked of',
    ({ expiredServer }) => [{ tls: expiredServer }, { tls: { server_name: 'siem.example' } }],
    [...BEFORE, 'certificate validity FAILED', 'certificate name FAILED'],
    'certificate name',
    /siem\.example is not in DNS:localhost/,
  ],
];

type TlsPair = [Parameters<typeof tlsPair>[1], Parameters<typeof tlsPair>[2]?];

test.concurrent.each(untrusted)('%s: all that is wrong with it, and no event', async (_, pair, steps, name, says) => {
  const { transport, receiver } = await tlsPair(certificates, ...pair(certificates));
  const report = await transport.probe(never);
  expect(report.ok).toBe(false);
  expect(names(report)).toEqual(steps);
  const { detail, remedy } = stepOf(report, name) ?? {};
  expect(`${detail} ${remedy}`).toMatch(says);
  expect(receiver.messages).toEqual([]);
});

test.concurrent('a certificate that ends soon is fine, but wants attention', () => {
  const certificate = new X509Certificate(readFileSync(certificates.server.cert));
  const judged = (days: number) =>
    certificateSteps(
      certificate,
      { name: 'localhost', tls: { ...syslogSettings({}).tls, ca_file: 'ca.pem' } },
      undefined,
      explain,
      certificate.validToDate.getTime() - days * 86_400_000,
    );
  expect(judged(15)[1]?.remedy).toBeUndefined();
  expect(judged(13)[1]).toMatchObject({ ok: true, remedy: expect.stringContaining('renew') });
  expect(judged(-1)[1]).toMatchObject({ ok: false });
  expect(judged(40)[1]).toMatchObject({ ok: false, detail: expect.stringContaining('TF-SYSLOG-CERT-EXPIRED') });
});

test.concurrent('a port without TLS', async () => {
  const { port } = await receiving({ talkBack: 'no TLS here' });
  const { transport } = sending({ port });
  const report = await transport.probe(never);
  expect(names(report)).toEqual([...BEFORE.slice(0, -1), 'tls FAILED']);
  expect(report.steps.at(-1)).toMatchObject({ detail: expect.stringContaining('TF-SYSLOG-NOT-TLS') });
});

test.concurrent('a client certificate that is missed only after the handshake', async () => {
  const { transport } = await tlsPair(certificates, { tls: { clientCa: certificates.ca } });
  const report = await transport.probe(never);
  expect(report.steps.at(-1)).toMatchObject({
    step: 'client certificate',
    ok: false,
    detail: expect.stringContaining('TF-SYSLOG-CLIENT-CERT'),
  });
});

test.concurrent('a client certificate that is taken, and one of a stranger', async () => {
  const { ca, client, strangerClient } = certificates;
  const with_ = ({ cert, key }: Identity) => ({ tls: { cert_file: cert, key_file: key } });
  const taken = await tlsPair(certificates, { tls: { clientCa: ca } }, with_(client));
  const detail = new RegExp(`^${client.cert} is not refused, valid until 20`);
  expect(stepOf(await taken.transport.probe(never), 'client certificate')?.detail).toMatch(detail);
  const refused = await tlsPair(certificates, { tls: { clientCa: ca } }, with_(strangerClient));
  expect((await refused.transport.probe(never)).steps.at(-1)).toMatchObject({
    ok: false,
    detail: expect.stringContaining('TF-SYSLOG-'),
    remedy: expect.stringContaining('certificate'),
  });
});

test.concurrent.each([
  ['close', 'close-notify', false],
  ['ignore', 'close-notify', false],
  ['close', 'none', true],
] as const)('a receiver that does not answer the end (%s) with confirm %s: ok is %s', async (atEnd, confirm, ok) => {
  const { transport } = await tlsPair(certificates, { atEnd }, { confirm, stall_timeout: 300 });
  const report = await transport.probe(never);
  expect(report.ok).toBe(ok);
  const { detail } = stepOf(report, 'close-notify') ?? {};
  expect(detail).toContain(ok ? 'not answered, and not needed' : 'TF-SYSLOG-NO-CLOSE-NOTIFY');
});

test.concurrent('a receiver that answers although confirm is none could confirm', async () => {
  const { transport } = await tlsPair(certificates, {}, { confirm: 'none' });
  const step = stepOf(await transport.probe(never), 'close-notify');
  expect(step).toMatchObject({
    ok: true,
    detail: 'answered',
    remedy: expect.stringContaining('confirm: close-notify'),
  });
});

test.concurrent('plain TCP and UDP', async () => {
  const { port, close } = await receiving({});
  const tcp = sending({ port, protocol: 'tcp' }).transport;
  expect(await tcp.probe(never)).toMatchObject({ ok: true, assurance: 'written' });
  await close();
  expect((await tcp.probe(never)).steps.at(-1)).toMatchObject({
    step: 'tcp',
    ok: false,
    detail: expect.stringContaining('TF-SYSLOG-REFUSED'),
    remedy: expect.stringContaining('is the listener running'),
  });
  const udp = sending({ port, protocol: 'udp' }).transport;
  const report = await udp.probe(never);
  expect(report).toMatchObject({
    ok: true,
    assurance: 'sent',
    steps: [
      { detail: '127.0.0.1' },
      { step: 'framing' },
      { step: 'delivery', remedy: expect.stringContaining('use protocol: tls') },
    ],
  });
});

test.concurrent('an aborted probe ends with the reason', async () => {
  const { transport } = await tlsPair(certificates);
  const controller = new AbortController();
  const report = transport.probe(controller.signal);
  setTimeout(() => controller.abort(new Error('enough')), 20);
  await expect(report).rejects.toThrow('enough');
});
