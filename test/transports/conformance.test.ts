import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import { file } from '../../transports/file.ts';
import { hec } from '../../transports/hec/index.ts';
import { relp } from '../../transports/relp/index.ts';
import { syslog } from '../../transports/syslog/index.ts';
import type { Transport } from '../../transports/transport.ts';
import { type Certificates, makeCertificates } from '../fakes/certificates.ts';
import { createHecStub, type HecStub, type HecStubOptions, type StubFault } from '../fakes/hec-stub.ts';
import { type RelpManners, type RelpReceiverOptions, startRelpReceiver } from '../fakes/relp-receiver.ts';
import { type Manners, type Receiver, type ReceiverOptions, startReceiver } from '../fakes/syslog-receiver.ts';
import { testContext } from './blocks.ts';
import { conforms, type Manner, type Pair, type Subject } from './conformance.ts';
import { Context, settings as hecSettings, TOKEN } from './hec/rig.ts';
import { relpSettings } from './relp/rig.ts';
import { textOf } from './syslog/rig.ts';
import { syslogSettings } from './syslog/settings.ts';

let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
  return certificates.remove;
});

const SYSLOG_MANNERS: Readonly<Record<Manner, Manners>> = {
  good: {},
  absent: {},
  silent: { atEnd: 'ignore' },
  slow: { bytesPerSecond: 200_000 },
  cuts: { cutAfter: 5_001 },
  'ends early': { endAfter: 5_000, stopReadingAfter: 5_000 },
  'stops reading': { stopReadingAfter: 1 },
};

/** Milliseconds: short only where the test waits for its end, since a busy machine makes pauses of its own. */
function patience(manner: Manner): number {
  return manner === 'silent' || manner === 'stops reading' ? 500 : 10_000;
}

/** A receiver and what is sent to it; an `absent` one is there after `heal` only, on the same port. */
async function syslogPair(
  manner: Manner,
  options: ReceiverOptions,
  given: Parameters<typeof syslogSettings>[0],
): Promise<Pair> {
  let receiver: Receiver = await startReceiver({ ...options, ...SYSLOG_MANNERS[manner] });
  const { port } = receiver;
  if (manner === 'absent') await receiver.close();
  let absent = manner === 'absent';
  const timeouts = { stall_timeout: patience(manner), connections: 1 };
  const transport = syslog.create(syslogSettings({ port, ...timeouts, ...given }), testContext());
  return {
    transport,
    arrived: () => receiver.messages.map(textOf),
    heal: async () => {
      if (absent) receiver = await startReceiver({ ...options, port });
      absent = false;
      receiver.behave({});
      // Like one that was restarted: a connection from before would keep its manner, and swallow what is sent.
      for (const socket of receiver.open) socket.destroy();
    },
    [Symbol.asyncDispose]: () => closeBoth(transport, absent ? () => Promise.resolve() : () => receiver.close()),
  };
}

/** Taken by nobody at this moment. */
async function freePort(): Promise<number> {
  const { port, close } = await startReceiver();
  await close();
  return port;
}

async function closeBoth(transport: Transport, close: () => PromiseLike<void>): Promise<void> {
  await transport.close();
  await close();
}

const tls = (confirm: 'close-notify' | 'window' | 'none' | 'auto') => (manner: Manner) =>
  syslogPair(manner, { tls: certificates.server }, { confirm, tls: { ca_file: certificates.ca } });

const RELP_MANNERS: Readonly<Record<Manner, RelpManners>> = {
  good: {},
  absent: {},
  silent: { silent: true },
  slow: { bytesPerSecond: 200_000 },
  cuts: { cutAfter: 5_001 },
  'ends early': { endAfter: 5_000 },
  'stops reading': { stopReadingAfter: 1 },
};

async function relpPair(
  manner: Manner,
  options: RelpReceiverOptions,
  given: Parameters<typeof relpSettings>[0],
): Promise<Pair> {
  let receiver = await startRelpReceiver({ ...options, ...RELP_MANNERS[manner] });
  const { port } = receiver;
  if (manner === 'absent') await receiver.close();
  let absent = manner === 'absent';
  const timeouts = { stall_timeout: patience(manner), connect_timeout: patience(manner) };
  const transport = relp.create(relpSettings({ port, ...timeouts, ...given }), testContext());
  return {
    transport,
    arrived: () => receiver.messages.map(textOf),
    heal: async () => {
      if (absent) receiver = await startRelpReceiver({ ...options, port });
      absent = false;
      receiver.behave({});
    },
    [Symbol.asyncDispose]: () => closeBoth(transport, absent ? () => Promise.resolve() : () => receiver.close()),
  };
}

const relpTls = (manner: Manner) =>
  relpPair(manner, { tls: certificates.server }, { protocol: 'tls', tls: { ca_file: certificates.ca } });

const HEC_FAULTS: Readonly<Record<Manner, readonly StubFault[]>> = {
  good: [],
  absent: [],
  silent: [{ times: 0, on: 'ack', reset: 'after' }],
  slow: [{ times: 0, delayMs: 30 }],
  cuts: [{ times: 0, reset: 'before' }],
  'ends early': [{ times: 0, early: true, answer: { status: 503, body: '<html>', headers: { connection: 'close' } } }],
  'stops reading': [{ times: 0, stall: 'before' }],
};

async function hecPair(manner: Manner, ack: boolean): Promise<Pair> {
  const options: HecStubOptions = { tokens: [{ token: TOKEN, ack }], keep: true, indexingMs: ack ? 20 : 0 };
  let stub: HecStub = await createHecStub(options);
  const { port, url } = stub;
  if (manner === 'absent') await stub[Symbol.asyncDispose]();
  let absent = manner === 'absent';
  const faults = manner === 'silent' && !ack ? [{ times: 0, stall: 'after' } as const] : HEC_FAULTS[manner];
  for (const fault of faults) stub.fault(fault);
  const waits = { ack_timeout: patience(manner), request_timeout: patience(manner), max_content_bytes: 40_000_000 };
  const transport = hec.create(hecSettings({ url: [url], ack, ...waits }), new Context());
  return {
    transport,
    arrived: () => stub.events.map(({ event }) => String(event)),
    heal: async () => {
      if (absent) stub = await createHecStub({ ...options, port });
      absent = false;
      stub.clear();
    },
    [Symbol.asyncDispose]: () =>
      closeBoth(transport, absent ? () => Promise.resolve() : () => stub[Symbol.asyncDispose]()),
  };
}

function fileSettings(path: string) {
  return { path, max_message_bytes: 1_000, rotate_bytes: null, rotate_after: null, max_total_bytes: null };
}

async function filePair(manner: Manner): Promise<Pair> {
  const directory = mkdtempSync(join(tmpdir(), 'conformance-'));
  const place = manner === 'absent' ? join(directory, 'not-yet') : directory;
  const path = join(place, 'out.log');
  const transport = file.create({ ...fileSettings(path), max_message_bytes: 100_000 }, testContext());
  return {
    transport,
    arrived: () => readFileSync(path, 'latin1').split('\n').slice(0, -1),
    heal: async () => void mkdirSync(place, { recursive: true }),
    [Symbol.asyncDispose]: () => closeBoth(transport, async () => rmSync(directory, { recursive: true })),
  };
}

const NO_ANSWER = 'no answer is waited for: `written` says that the kernel took it';
const writtenOnly: Subject['senseless'] = {
  'resolves only when the receiver has it': NO_ANSWER,
  'an answer that is lost gives a retry, and sending again delivers': NO_ANSWER,
};
const KERNEL_ONLY = "the receiver's kernel answers, whatever its process does";
const windowOnly: Subject['senseless'] = {
  'resolves only when the receiver has it': KERNEL_ONLY,
  'an answer that is lost gives a retry, and sending again delivers': KERNEL_ONLY,
};
const autoOnly: Subject['senseless'] = {
  'an answer that is lost gives a retry, and sending again delivers': 'a receiver that never answers gets `window`',
};
const NO_RECEIVER = 'a file has no receiver that could fail so';

/** A second host that is never there: the contract holds all the same. */
const failover = async (manner: Manner) =>
  syslogPair(
    manner,
    { tls: certificates.server },
    {
      hosts: [`127.0.0.1:${await freePort()}`],
      tls: { ca_file: certificates.ca },
    },
  );

const SUBJECTS: readonly Subject[] = [
  { name: 'syslog over TLS, confirmed', pair: tls('close-notify'), senseless: {} },
  { name: 'syslog over TLS, two hosts of which one is down', pair: failover, senseless: {} },
  { name: 'syslog over TLS, confirm auto', pair: tls('auto'), senseless: autoOnly },
  { name: 'syslog over TLS, confirm window', pair: tls('window'), senseless: windowOnly },
  { name: 'syslog over TLS, confirm none', pair: tls('none'), senseless: writtenOnly },
  { name: 'syslog over TCP', pair: (manner) => syslogPair(manner, {}, { protocol: 'tcp' }), senseless: writtenOnly },
  { name: 'RELP over TLS', pair: relpTls, senseless: {} },
  { name: 'RELP over TCP', pair: (manner) => relpPair(manner, {}, { protocol: 'tcp' }), senseless: {} },
  { name: 'HEC with acknowledgement', pair: (manner) => hecPair(manner, true), senseless: {} },
  { name: 'HEC without acknowledgement', pair: (manner) => hecPair(manner, false), senseless: {} },
  {
    name: 'file',
    pair: filePair,
    senseless: {
      'an answer that is lost gives a retry, and sending again delivers': NO_RECEIVER,
      'a connection cut within a frame gives a retry, and sending again delivers': NO_RECEIVER,
      'a connection that the receiver ends early gives a retry, and sending again delivers': NO_RECEIVER,
      'a receiver that takes no byte any more is given up soon': NO_RECEIVER,
      'an aborted send rejects at once, and its buffer is read no more':
        'an append has no partner to wait for: it runs to its end, and only one that has not begun can be aborted',
    },
  },
];

for (const subject of SUBJECTS) conforms(subject);
