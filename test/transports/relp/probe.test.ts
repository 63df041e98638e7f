import { beforeAll, expect, test } from 'vitest';
import type { ProbeReport } from '../../../transports/transport.ts';
import { type Certificates, makeCertificates } from '../../fakes/certificates.ts';
import { never } from '../blocks.ts';
import { relpPair, relpTlsPair } from './rig.ts';

let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
  return certificates.remove;
});

/** Names of the steps, those that failed with a mark. */
const names = ({ steps }: ProbeReport) => steps.map(({ step, ok }) => (ok ? step : `${step} FAILED`));

test.concurrent('a good receiver over TCP passes every step, gets no event, and a proper end', async () => {
  const { transport, receiver } = await relpPair();
  const report = await transport.probe(never);
  expect(report).toMatchObject({ ok: true, assurance: 'accepted' });
  expect(report.steps.map(({ step, detail }) => [step, detail])).toEqual([
    ['dns', '127.0.0.1'],
    ['tcp', `127.0.0.1 port ${receiver.port}`],
    ['relp open', 'fake,1.0,https://receiver.example'],
  ]);
  expect([receiver.messages, receiver.faults, receiver.accepted, receiver.closed]).toEqual([[], [], 1, 1]);
});

test.concurrent('a good receiver over TLS', async () => {
  const tls = { cert_file: certificates.client.cert, key_file: certificates.client.key };
  const { transport } = await relpTlsPair(certificates, { tls: { clientCa: certificates.ca } }, { tls });
  const report = await transport.probe(never);
  expect(report.ok).toBe(true);
  const certificate = ['certificate chain', 'certificate validity', 'certificate name'];
  expect(names(report)).toEqual(['tls files', 'dns', 'tcp', 'tls', ...certificate, 'relp open', 'client certificate']);
});

test.concurrent('a certificate for another name', async () => {
  const { transport } = await relpTlsPair(certificates, { tls: certificates.wrongHostServer });
  const report = await transport.probe(never);
  expect(names(report).at(-1)).toBe('certificate name FAILED');
  expect(report.steps.at(-1)?.detail).toContain('TF-RELP-CERT-NAME');
});

test.concurrent('our certificate is missed', async () => {
  const { transport } = await relpTlsPair(certificates, { tls: { clientCa: certificates.ca } });
  const { steps } = await transport.probe(never);
  expect(steps.at(-1)).toMatchObject({ step: 'relp open', ok: false, remedy: expect.stringContaining('cert_file') });
});

test.concurrent.each([
  ['HTTP/1.1 400 Bad Request\r\n', /TF-RELP-NOT-RELP/, /let host and port name a RELP listener/],
  ['', /TF-RELP-NO-OPEN/, /does this port speak RELP/],
])('what answers %j to open', async (atOpen, detail, remedy) => {
  const { transport } = await relpPair({ atOpen }, { connect_timeout: 300 });
  const report = await transport.probe(never);
  expect(names(report)).toEqual(['dns', 'tcp', 'relp open FAILED']);
  expect(report.steps.at(-1)).toMatchObject({
    detail: expect.stringMatching(detail),
    remedy: expect.stringMatching(remedy),
  });
});

test.concurrent('nobody there', async () => {
  const { transport, receiver } = await relpPair();
  await receiver.close();
  expect(names(await transport.probe(never))).toEqual(['dns', 'tcp FAILED']);
});

test.concurrent('an aborted probe ends with the reason', async () => {
  const { transport } = await relpPair({ atOpen: '' });
  const controller = new AbortController();
  const report = transport.probe(controller.signal);
  setTimeout(() => controller.abort(new Error('enough')), 20);
  await expect(report).rejects.toThrow('enough');
});
