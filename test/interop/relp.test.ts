import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { relp } from '../../transports/relp/index.ts';
import { type Certificates, makeCertificates } from '../fakes/certificates.ts';
import { enveloped, never, testContext } from '../transports/blocks.ts';
import { relpSettings } from '../transports/relp/rig.ts';
import { startPeer, stopPeer } from './peers/peer.ts';
import { rsyslog } from './peers/rsyslog.ts';

let certificates: Certificates;
let directory: string;

beforeAll(async () => {
  certificates = await makeCertificates();
  directory = mkdtempSync(join(tmpdir(), 'trailferry-relp-'));
});

afterAll(() => {
  certificates.remove();
  rmSync(directory, { recursive: true, force: true });
});

const tlsFiles = () => ({
  ca_file: certificates.ca,
  cert_file: certificates.client.cert,
  key_file: certificates.client.key,
});

describe.each([
  ['tcp', 'imrelp', 16_515],
  ['tls', 'imrelp-tls', 16_516],
] as const)('RELP over %s into a real rsyslog', (protocol, listener, port) => {
  it('goes through every step of a probe, and arrives octet by octet', async () => {
    const place = mkdtempSync(join(directory, 'probe-'));
    const peer = rsyslog({ directory: place, port, certificates, tls: '1.3' }, listener);
    await startPeer(peer);
    const tls = protocol === 'tls' ? tlsFiles() : {};
    const given = { port, host: 'localhost', protocol, tls, max_message_bytes: 65_000 } as const;
    const transport = relp.create(relpSettings(given), testContext());
    const report = await transport.probe(never);
    expect(report.steps.filter(({ ok }) => !ok)).toEqual([]);
    expect(report.steps.find(({ step }) => step === 'relp open')?.detail).toMatch(/^librelp,/);
    const texts = ['a', 'ä€', 'x'.repeat(60_000)].map((text) => Buffer.from(text).toString('latin1'));
    await transport.send(enveloped(transport, texts), never);
    const lines = readFileSync(peer.outs[0] ?? '', 'latin1')
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => line.replace(/^.*? - cloudtrail - /, ''))).toEqual(texts);
    await transport.close();
    await stopPeer(peer);
  });
});
