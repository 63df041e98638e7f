import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Certificates, makeCertificates } from '../fakes/certificates.ts';
import { type Outcome, run } from './loss-rig.ts';
import { packageRoot } from './peers/daemon.ts';
import { haproxy } from './peers/haproxy.ts';
import { jsse } from './peers/jsse.ts';
import type { Peer, Place, TlsVersion } from './peers/peer.ts';
import { type RsyslogListener, rsyslog } from './peers/rsyslog.ts';
import { sServer } from './peers/s-server.ts';
import { stunnel } from './peers/stunnel.ts';
import { syslogNg } from './peers/syslog-ng.ts';

/** `TRAILFERRY_LOSS=full` runs what docs/guides/loss.md shows: more events, more stops, every pace and version. */
const FULL = process.env['TRAILFERRY_LOSS'] === 'full';
const EVENTS = FULL ? 60_000 : 20_000;
const STOPS = FULL ? 30 : 4;
const MIB = 1024 * 1024;

interface Row {
  readonly name: string;
  readonly peer: (place: Place) => Peer;
  readonly destination: (place: Place) => string;
  /** Whether nothing may be lost: the answer is that of the process which reads. */
  readonly strict: boolean;
}

const tlsFiles = ({ certificates: { ca } }: Place): string => `ca_file: ${ca}`;
const withClient = (place: Place): string => {
  const { cert, key } = place.certificates.client;
  return `${tlsFiles(place)}, cert_file: ${cert}, key_file: ${key}`;
};
const syslog =
  (more = '', files = tlsFiles) =>
  (place: Place): string =>
    `type: syslog, tls: {${files(place)}}${more}`;
const of = (listener: RsyslogListener) => (place: Place) => rsyslog(place, listener);

const ROWS: readonly Row[] = [
  { name: 'rsyslog, OpenSSL', peer: of('imtcp-ossl'), destination: syslog(), strict: true },
  { name: 'rsyslog, OpenSSL, mutual TLS', peer: of('imtcp-mtls'), destination: syslog('', withClient), strict: true },
  { name: 'syslog-ng', peer: syslogNg, destination: syslog(), strict: true },
  { name: 'Java (JSSE)', peer: jsse, destination: syslog(), strict: true },
  { name: 'openssl s_server', peer: sServer, destination: syslog(', framing: newline, connections: 1'), strict: true },
  {
    name: 'rsyslog, RELP over TLS',
    peer: of('imrelp-tls'),
    destination: (place) => `type: relp, protocol: tls, tls: {${withClient(place)}}, max_message_bytes: 32KiB`,
    strict: true,
  },
  {
    name: 'rsyslog, RELP over TCP',
    peer: of('imrelp'),
    destination: () => 'type: relp, protocol: tcp, max_message_bytes: 32KiB',
    strict: true,
  },
  {
    name: 'haproxy (TCP) before two rsyslogs',
    peer: (place) => haproxy(place, 'through'),
    destination: syslog(),
    strict: false,
  },
  {
    name: 'haproxy (TLS) before two rsyslogs',
    peer: (place) => haproxy(place, 'terminates'),
    destination: syslog(),
    strict: false,
  },
  { name: 'stunnel before rsyslog', peer: stunnel, destination: syslog(), strict: false },
];

const VARIANTS: readonly { readonly tls: TlsVersion; readonly pace: 'fast' | 'slow' }[] = FULL
  ? [
      { tls: '1.3', pace: 'fast' },
      { tls: '1.3', pace: 'slow' },
      { tls: '1.2', pace: 'fast' },
      { tls: '1.2', pace: 'slow' },
    ]
  : [{ tls: '1.3', pace: 'fast' }];

const table: string[] = [];
let certificates: Certificates;
let directory: string;
let port = 16_600;

beforeAll(async () => {
  certificates = await makeCertificates();
  directory = mkdtempSync(join(tmpdir(), 'trailferry-loss-'));
});

afterAll(() => {
  certificates.remove();
  rmSync(directory, { recursive: true, force: true });
  console.log(
    `\n| receiver | TLS | pace | stops | lost | again | most again at a stop |\n|---|---|---|---|---|---|---|\n${table.join('\n')}\n`,
  );
});

const line = (name: string, tls: string, pace: string, { stops, lost, duplicates, mostAgain }: Outcome): string =>
  `| ${name} | ${tls} | ${pace} | ${stops} | ${lost} | ${duplicates} | ${(mostAgain / MIB).toFixed(1)} MiB |`;

describe.each(VARIANTS)('over TLS $tls, $pace', ({ tls, pace }) => {
  it.each(ROWS)('$name', { timeout: 600_000 }, async ({ name, peer, destination, strict }) => {
    if (name.startsWith('Java') && !existsSync(join(packageRoot('java'), 'JsseReceiver.class'))) {
      console.error(`NOT RUN: ${name}: there is no JDK here`);
      return;
    }
    port += 10;
    const place: Place = { directory: join(directory, String(port)), certificates, port, tls };
    const outcome = await run({ peer, destination, place, pace, events: EVENTS, stops: STOPS });
    table.push(line(name, tls, pace, outcome));
    expect(outcome.foreign).toBe(0);
    expect(outcome.stops).toBeGreaterThan(0);
    expect(outcome.mostAgain).toBeLessThanOrEqual(9 * MIB);
    if (strict) expect(outcome.lost).toBe(0);
  });
});
