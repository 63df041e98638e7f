import { beforeAll, expect, test } from 'vitest';
import { type Certificates, makeCertificates } from '../../fakes/certificates.ts';
import { never } from '../blocks.ts';
import { receiving, sending, tlsPair } from './rig.ts';

let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
  return certificates.remove;
});

const STEPS = ['TLS files', 'resolve host', 'TCP connection', 'TLS handshake', 'client certificate', 'close-notify'];

test.concurrent('a good TLS receiver passes every step, and gets no event', async () => {
  const { transport, receiver } = await tlsPair(certificates);
  const report = await transport.probe(never);
  expect(report).toMatchObject({ ok: true, assurance: 'confirmed' });
  expect(report.steps.map(({ step, ok }) => [step, ok])).toEqual(STEPS.map((step) => [step, true]));
  expect(report.steps[3]?.detail).toMatch(/^TLSv1\.3, TLS_\w+, server certificate valid until 20/);
  expect(report.steps.every(({ ms }) => Number.isInteger(ms))).toBe(true);
  expect([receiver.messages, receiver.faults, receiver.accepted]).toEqual([[], [], 1]);
});

test.concurrent('the steps end at the first that fails, with its remedy', async () => {
  const { transport } = await tlsPair(certificates, { tls: certificates.expiredServer });
  const report = await transport.probe(never);
  expect(report.ok).toBe(false);
  expect(report.steps.map(({ step, ok }) => [step, ok])).toEqual(STEPS.slice(0, 4).map((step, at) => [step, at < 3]));
  expect(report.steps[3]).toMatchObject({
    detail: expect.stringContaining('TF-SYSLOG-CERT-EXPIRED'),
    remedy: expect.stringContaining('renew'),
  });
});

test.concurrent('a client certificate that is missed only after the handshake', async () => {
  const { transport } = await tlsPair(certificates, { tls: { clientCa: certificates.ca } });
  const report = await transport.probe(never);
  expect(report.steps.at(-1)).toMatchObject({ ok: false, detail: expect.stringContaining('TF-SYSLOG-CLIENT-CERT') });
});

test.concurrent.each([
  ['close', 'close-notify', false],
  ['ignore', 'close-notify', false],
  ['close', 'none', true],
] as const)('a receiver that does not answer the end (%s) with confirm %s: ok is %s', async (atEnd, confirm, ok) => {
  const { transport } = await tlsPair(certificates, { atEnd }, { confirm, stall_timeout: 300 });
  const report = await transport.probe(never);
  expect(report.ok).toBe(ok);
  const last = report.steps.at(-1);
  expect(last?.step).toBe('close-notify');
  if (!ok) expect(last?.detail).toContain('TF-SYSLOG-NO-CLOSE-NOTIFY');
});

test.concurrent('plain TCP and UDP', async () => {
  const { port, close } = await receiving({});
  const tcp = sending({ port, protocol: 'tcp' }).transport;
  expect(await tcp.probe(never)).toMatchObject({ ok: true, assurance: 'written' });
  await close();
  expect((await tcp.probe(never)).steps.at(-1)).toMatchObject({ step: 'TCP connection', ok: false });
  const udp = sending({ port, protocol: 'udp' }).transport;
  expect(await udp.probe(never)).toMatchObject({ ok: true, assurance: 'sent', steps: [{ detail: '127.0.0.1' }] });
});

test.concurrent('an aborted probe ends with the reason', async () => {
  const { transport } = await tlsPair(certificates);
  const controller = new AbortController();
  const report = transport.probe(controller.signal);
  setTimeout(() => controller.abort(new Error('enough')), 20);
  await expect(report).rejects.toThrow('enough');
});
