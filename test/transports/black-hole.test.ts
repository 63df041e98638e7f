import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { hec } from '../../transports/hec/index.ts';
import { relp } from '../../transports/relp/index.ts';
import { syslog } from '../../transports/syslog/index.ts';
import type { Transport } from '../../transports/transport.ts';
import { type Certificates, makeCertificates } from '../fakes/certificates.ts';
import { startReceiverProcess } from '../fakes/receiver-process.ts';
import { enveloped, never, testContext } from './blocks.ts';
import { Context, settings as hecSettings, TOKEN } from './hec/rig.ts';
import { relpSettings } from './relp/rig.ts';
import { closeAtEnd, failure } from './syslog/rig.ts';
import { syslogSettings } from './syslog/settings.ts';

/** A stopped process keeps its connections: its kernel goes on to acknowledge bytes until its buffers are full. */
const STALL_MS = 600;
/** Looks at the progress, and the time that a busy machine needs. */
const SLACK_MS = 3_000;
/** More than all socket buffers between two processes hold. */
const texts = Array.from({ length: 320 }, (_, index) => `event ${index} ${'x'.repeat(50_000)}`);

let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
  return certificates.remove;
});

interface Stoppable {
  readonly transport: Transport;
  signal(name: NodeJS.Signals): unknown;
}

async function syslogProcess(given: Parameters<typeof syslogSettings>[0], args: readonly string[]): Promise<Stoppable> {
  const receiver = closeAtEnd(await startReceiverProcess(args));
  const settings = syslogSettings({ port: receiver.port, stall_timeout: STALL_MS, ...given });
  const transport = closeAtEnd(syslog.create(settings, testContext()));
  return { transport, signal: (name) => receiver.signal(name) };
}

function tlsProcess(confirm: 'close-notify' | 'window' | 'none' | 'auto'): Promise<Stoppable> {
  const { cert, key } = certificates.server;
  return syslogProcess({ confirm, tls: { ca_file: certificates.ca } }, ['--tls', '--cert', cert, '--key', key]);
}

async function relpProcess(protocol: 'tls' | 'tcp'): Promise<Stoppable> {
  const { cert, key } = certificates.server;
  const args = protocol === 'tls' ? ['--tls', '--cert', cert, '--key', key] : [];
  const receiver = closeAtEnd(await startReceiverProcess(args, 'relp'));
  const tls = { ca_file: protocol === 'tls' ? certificates.ca : null };
  const settings = relpSettings({ port: receiver.port, stall_timeout: STALL_MS, protocol, tls });
  const transport = closeAtEnd(relp.create(settings, testContext()));
  return { transport, signal: (name) => receiver.signal(name) };
}

async function hecProcess(): Promise<Stoppable> {
  const main = fileURLToPath(new URL('../fakes/hec-stub-main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, '--port', '0', '--token', TOKEN], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  closeAtEnd({ close: async () => void child.kill('SIGKILL') });
  const [line] = await once(child.stdout, 'data');
  const given = {
    url: [JSON.parse(String(line)).url],
    ack: false,
    stall_timeout: STALL_MS,
    request_timeout: 4 * STALL_MS,
  };
  const transport = closeAtEnd(hec.create(hecSettings(given), new Context()));
  return { transport, signal: (name) => child.kill(name) };
}

describe('a receiver that is stopped (SIGSTOP) is noticed after the timeout', () => {
  test.concurrent.each([
    ['syslog over TLS, confirmed', () => tlsProcess('close-notify'), 'TF-SYSLOG-STALLED'],
    ['syslog over TLS, confirm window', () => tlsProcess('window'), 'TF-SYSLOG-STALLED'],
    ['syslog over TLS, confirm auto', () => tlsProcess('auto'), 'TF-SYSLOG-STALLED'],
    ['syslog over TLS, confirm none', () => tlsProcess('none'), 'TF-SYSLOG-STALLED'],
    ['syslog over TCP', () => syslogProcess({ protocol: 'tcp' }, []), 'TF-SYSLOG-STALLED'],
    ['RELP over TLS', () => relpProcess('tls'), 'TF-RELP-STALLED'],
    ['RELP over TCP', () => relpProcess('tcp'), 'TF-RELP-STALLED'],
    ['HEC', hecProcess, 'TF-HEC-STALLED'],
  ] as const)('%s', async (_name, start, code) => {
    const { transport, signal } = await start();
    await transport.send(enveloped(transport, ['before']), never);
    await signal('SIGSTOP');
    const block = enveloped(transport, texts);
    const since = performance.now();
    const error = await failure(transport.send(block, never));
    expect([error.code, error.fault.kind]).toEqual([code, 'retry']);
    expect(performance.now() - since).toBeLessThan(STALL_MS + SLACK_MS);
  });
});

test.concurrent('a few events to a stopped receiver, which its kernel takes, are not taken for confirmed', async () => {
  const { transport, signal } = await tlsProcess('close-notify');
  await transport.send(enveloped(transport, ['before']), never);
  await signal('SIGSTOP');
  const since = performance.now();
  const error = await failure(transport.send(enveloped(transport, ['few']), never));
  expect([error.code, error.fault.kind]).toEqual(['TF-SYSLOG-STALLED', 'retry']);
  // The idle gap, then the stall; a question to a peer that is as silent is not waited for.
  expect(performance.now() - since).toBeLessThan(1_000 + STALL_MS + SLACK_MS);
});

test.concurrent('a few events over RELP to a stopped receiver, which its kernel takes, are not answered for', async () => {
  const { transport, signal } = await relpProcess('tcp');
  await transport.send(enveloped(transport, ['before']), never);
  await signal('SIGSTOP');
  const since = performance.now();
  const error = await failure(transport.send(enveloped(transport, ['few']), never));
  expect([error.code, error.fault.kind]).toEqual(['TF-RELP-STALLED', 'retry']);
  expect(performance.now() - since).toBeLessThan(STALL_MS + SLACK_MS);
});

test.concurrent('a few events over HEC to a stopped receiver, which its kernel takes, wait for the answer and no longer', async () => {
  const { transport, signal } = await hecProcess();
  await transport.send(enveloped(transport, ['before']), never);
  await signal('SIGSTOP');
  const since = performance.now();
  const error = await failure(transport.send(enveloped(transport, ['few']), never));
  expect([error.code, error.fault.kind]).toEqual(['TF-HEC-CONNECTION', 'retry']);
  expect(performance.now() - since).toBeGreaterThan(4 * STALL_MS - 50);
  expect(performance.now() - since).toBeLessThan(4 * STALL_MS + SLACK_MS);
});
