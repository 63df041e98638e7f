import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from './daemon.ts';
import { haproxy } from './haproxy.ts';
import { jsse } from './jsse.ts';
import type { Peer, Place } from './peer.ts';
import { type RsyslogListener, rsyslog } from './rsyslog.ts';
import { sServer } from './s-server.ts';
import { stunnel } from './stunnel.ts';
import { syslogNg } from './syslog-ng.ts';

/** What is known of a peer; `peers.test.ts` holds it against the peer itself. */
export interface Known {
  readonly name: string;
  make(place: Place): Peer;
  /** Settings of a destination besides host and port, in flow style. */
  destination(place: Place): string;
  /** Whether it answers the end of a TLS session with close_notify. RELP has answers of its own. */
  readonly answersEnd: boolean | 'not asked';
  /** It takes seconds of CPU to start. */
  readonly slowToStart?: true;
  /** A file without which it cannot run, and what to do about that. */
  readonly needs: readonly [file: string, remedy: string];
}

const RSYSLOG = 'usr/sbin/rsyslogd';
const JAVA_REMEDY = 'install a JDK (javac) and run test/interop/prepare.sh';

/** @param file below the root of the packages */
function unpacked(root: string, file: string, remedy = 'run test/interop/prepare.sh'): Known['needs'] {
  return [join(packageRoot(root), file), remedy];
}

const tls = ({ certificates: { ca, client } }: Place): string =>
  `tls: {ca_file: ${ca}, cert_file: ${client.cert}, key_file: ${client.key}}`;
const syslog = (place: Place): string => `type: syslog, ${tls(place)}`;
const relpOverTls = (place: Place): string => `type: relp, max_message_bytes: 32KiB, ${tls(place)}`;

const overRsyslog = (listener: RsyslogListener): Pick<Known, 'make' | 'needs'> => ({
  make: (place) => rsyslog(place, listener),
  needs: unpacked('rsyslog', RSYSLOG),
});

export const peers = {
  ossl: {
    name: 'rsyslog, ossl, mutual TLS',
    ...overRsyslog('imtcp-ossl-mtls'),
    destination: syslog,
    answersEnd: true,
  },
  gtls: {
    name: 'rsyslog, gtls, mutual TLS',
    ...overRsyslog('imtcp-gtls-mtls'),
    destination: syslog,
    answersEnd: false,
    // It looks for Diffie-Hellman parameters of its own each time.
    slowToStart: true,
  },
  relp: {
    name: 'rsyslog, RELP',
    ...overRsyslog('imrelp'),
    destination: () => 'type: relp, protocol: tcp, max_message_bytes: 32KiB',
    answersEnd: 'not asked',
  },
  relpTls: {
    name: 'rsyslog, RELP over TLS',
    ...overRsyslog('imrelp-tls'),
    destination: relpOverTls,
    answersEnd: 'not asked',
  },
  syslogNg: {
    name: 'syslog-ng',
    make: syslogNg,
    destination: syslog,
    answersEnd: true,
    needs: unpacked('syslog-ng', 'usr/sbin/syslog-ng'),
  },
  java: {
    name: 'Java (JSSE)',
    make: jsse,
    destination: syslog,
    answersEnd: true,
    needs: unpacked('java', 'JsseReceiver.class', JAVA_REMEDY),
  },
  sServer: {
    name: 'openssl s_server',
    make: sServer,
    destination: (place) => `${syslog(place)}, framing: newline, connections: 1`,
    answersEnd: true,
    needs: ['/usr/bin/openssl', 'install openssl'],
  },
  haproxyThrough: {
    name: 'haproxy (TCP) before two rsyslogs, ossl',
    make: (place) => haproxy(place, 'through', 'imtcp-ossl'),
    destination: syslog,
    answersEnd: true,
    needs: unpacked('haproxy', 'usr/sbin/haproxy'),
  },
  haproxyTls: {
    name: 'haproxy (ends TLS) before two rsyslogs',
    make: (place) => haproxy(place, 'terminates', 'imtcp'),
    destination: syslog,
    answersEnd: true,
    needs: unpacked('haproxy', 'usr/sbin/haproxy'),
  },
  stunnel: {
    name: 'stunnel (ends TLS) before rsyslog',
    make: (place) => stunnel(place, 'imtcp'),
    destination: syslog,
    answersEnd: true,
    needs: unpacked('stunnel', 'usr/bin/stunnel4'),
  },
  haproxyRelp: {
    name: 'haproxy (ends TLS) before two rsyslogs, RELP',
    make: (place) => haproxy(place, 'terminates', 'imrelp'),
    destination: relpOverTls,
    answersEnd: 'not asked',
    needs: unpacked('haproxy', 'usr/sbin/haproxy'),
  },
  stunnelRelp: {
    name: 'stunnel (ends TLS) before rsyslog, RELP',
    make: (place) => stunnel(place, 'imrelp'),
    destination: relpOverTls,
    answersEnd: 'not asked',
    needs: unpacked('stunnel', 'usr/bin/stunnel4'),
  },
} as const satisfies Readonly<Record<string, Known>>;

/** Why a peer cannot run on this machine, if it cannot. */
export function missing({ name, needs: [file, remedy] }: Known): string | undefined {
  return existsSync(file) ? undefined : `NOT RUN: ${name}: there is no ${file}: ${remedy}`;
}

let ports = 16_600;

/** A place of its own for a peer. */
export function placeFor(base: Omit<Place, 'port'>): Place {
  ports += 10;
  return { ...base, port: ports };
}
