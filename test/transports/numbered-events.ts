import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { DeliveryError } from '../../transports/transport.ts';
import { type Certificates, makeCertificates } from '../fakes/certificates.ts';
import { type ReceiverProcess, startReceiverProcess } from '../fakes/receiver-process.ts';
import { closeAtEnd } from './syslog/rig.ts';

/** Numbered events, for tests that stop their receiver while they are sent, and look what has arrived. */

export const EVENTS_A_BLOCK = 50;

export const idOf = (event: number): string => event.toString(16).padStart(32, '0');

export function block(number: number): string[] {
  const first = number * EVENTS_A_BLOCK;
  return Array.from({ length: EVENTS_A_BLOCK }, (_, index) => `${idOf(first + index)} ${'x'.repeat(450)}`);
}

/** Which of the events of so many blocks are not among these ids. */
export function missingOf(blocks: number, arrived: ReadonlySet<string>): string[] {
  return Array.from({ length: blocks * EVENTS_A_BLOCK }, (_, event) => idOf(event)).filter((id) => !arrived.has(id));
}

/** Sends a block until it is delivered, as often as it takes. */
export async function deliver(send: (texts: readonly string[]) => Promise<void>, number: number): Promise<void> {
  for (;;) {
    try {
      return await send(block(number));
    } catch (error) {
      if (!(error instanceof DeliveryError) || error.fault.kind !== 'retry') throw error;
      await sleep(error.fault.elsewhere ? 0 : (error.fault.afterMs ?? 50));
    }
  }
}

/** A receiver that reads slowly, so that much is always on its way, and the ids of what it has read. */
export interface SlowReceiver {
  readonly receiver: ReceiverProcess;
  ids(): string[];
}

/** Receivers of one test file, with certificates for them. */
export class SlowReceivers {
  certificates!: Certificates;
  private directory = '';

  constructor() {
    beforeAll(async () => {
      this.certificates = await makeCertificates();
      this.directory = mkdtempSync(join(tmpdir(), 'numbered-'));
    });
    afterAll(() => {
      this.certificates.remove();
      rmSync(this.directory, { recursive: true });
    });
  }

  get tls(): string[] {
    const { cert, key } = this.certificates.server;
    return ['--tls', '--cert', cert, '--key', key];
  }

  /** @param bytesPerSecond of each connection */
  async start(name: string, bytesPerSecond: number, args: string[], kind?: 'relp'): Promise<SlowReceiver> {
    const out = join(this.directory, name);
    const all = ['--out', out, '--bytes-per-second', String(bytesPerSecond), ...args];
    const receiver = closeAtEnd(await startReceiverProcess(all, kind));
    return { receiver, ids: () => (existsSync(out) ? readFileSync(out, 'latin1').split('\n').slice(0, -1) : []) };
  }
}
