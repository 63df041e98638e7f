import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Certificates, makeCertificates } from '../fakes/certificates.ts';
import { enveloped, never } from '../transports/blocks.ts';
import { transportOf } from './loss/sender.ts';
import { type Known, missing, peers, placeFor } from './peers/index.ts';
import { type Peer, type Place, startPeer, stopPeer, type TlsVersion } from './peers/peer.ts';

let certificates: Certificates;
let directory: string;

beforeAll(async () => {
  certificates = await makeCertificates();
  directory = mkdtempSync(join(tmpdir(), 'trailferry-peers-'));
});
afterAll(() => {
  certificates.remove();
  rmSync(directory, { recursive: true, force: true });
});

const TEXTS = ['a', 'ä€', 'pipe | equals = quote " back \\', 'x'.repeat(30_000)].map((text) =>
  Buffer.from(text).toString('latin1'),
);
const HEADER = /^<\d+>1 \S+ \S+ \S+ \S+ \S+ - /;

function textsIn(files: readonly string[]): string[] {
  const lines = files.filter(existsSync).flatMap((file) => readFileSync(file, 'latin1').split('\n'));
  return lines.filter((line) => line !== '').map((line) => line.replace(HEADER, ''));
}

describe.each(Object.entries(peers))('%s', (key, known) => {
  const why = missing(known);
  if (why !== undefined) console.error(why);
  it.skipIf(why !== undefined).each(['1.3', '1.2'] as const)('is over TLS %s what we know of it', async (tls) => {
    const place = placeFor({ directory: join(directory, `${key}-${tls}`), certificates, tls });
    mkdirSync(place.directory);
    const peer = known.make(place);
    try {
      await startPeer(peer);
      await look(known, tls, peer, place);
    } finally {
      await stopPeer(peer);
    }
  });
});

async function look(known: Known, tls: TlsVersion, peer: Peer, place: Place): Promise<void> {
  const destination = `host: localhost, port: ${peer.port}, ${known.destination(place)}`;
  const transport = transportOf(known.answersEnd ? destination : `${destination}, confirm: none`);
  const { steps } = await transport.probe(never);
  const detail = (name: string): string | undefined => steps.find(({ step }) => step === name)?.detail;
  expect(steps.filter(({ ok }) => !ok)).toEqual([]);
  if (known !== peers.relp) expect(detail('tls')).toContain(`TLSv${tls}`);
  if (known.answersEnd !== 'not asked')
    expect(detail('close-notify')).toMatch(known.answersEnd ? /^answered/ : /^not answered/);
  await transport.send(enveloped(transport, TEXTS), never);
  await transport.close();
  await expect.poll(() => textsIn(peer.outs), { timeout: 10_000 }).toEqual(TEXTS);
}
