import { readFile } from 'node:fs/promises';
import { isIPv6, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** At most this often, milliseconds ... */
const EVERY_MS = 100;
/** ... and seldom where reading is slow, since the kernel walks through all its connections, and room for many more: */
const PART = 1 / 20;
/** of the time at most, but never less often than this. */
const SELDOM_MS = 500;

/** What our kernel waits for on a connection. */
export interface Unacknowledged {
  /** Bytes that were sent. */
  readonly bytes: number;
  /** Keep-alive probes since the peer's kernel was last heard of. */
  readonly probes: number;
}

/**
 * Bytes that we have sent on a socket and the peer's kernel has not acknowledged.
 * @returns `undefined`, and when, as `unacknowledged` does
 */
export async function sendQueue(socket: Socket): Promise<number | undefined> {
  return (await unacknowledged(socket))?.bytes;
}

/**
 * What the peer's kernel has not acknowledged, at a moment after this call; `undefined` where our kernel does not say (not
 * Linux, no /proc, or no such connection any more). The only way to see from Node.js that a peer is gone whose last bytes
 * our own kernel took. Columns `tx_queue` and `timeout` (`icsk_probes_out`, which keep-alive counts, too) of
 * https://www.kernel.org/doc/Documentation/networking/proc_net_tcp.txt
 * @throws nothing: what cannot be read is unknown
 */
export async function unacknowledged(socket: Socket): Promise<Unacknowledged | undefined> {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (localAddress === undefined || remoteAddress === undefined) return undefined;
  const table = await (isIPv6(localAddress) ? tcp6 : tcp).next();
  return rowOf(table, `${kernelHex(localAddress, localPort)} ${kernelHex(remoteAddress, remotePort)}`);
}

/** A table of the kernel, read for all who want it at once: whoever asks gets the next reading. */
class KernelTable {
  private readonly path: string;
  private latest = Promise.resolve('');
  private coming: Promise<string> | undefined;
  private notBefore = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Its text, read after this call; empty where there is none. */
  next(): Promise<string> {
    this.coming ??= this.latest.then(() => this.read());
    return this.coming;
  }

  private async read(): Promise<string> {
    await sleep(Math.max(0, this.notBefore - performance.now()));
    if (this.coming !== undefined) this.latest = this.coming;
    this.coming = undefined;
    const start = performance.now();
    const text = await readFile(this.path, 'latin1').catch(() => '');
    const end = performance.now();
    this.notBefore = end + Math.min(SELDOM_MS, Math.max(EVERY_MS, (end - start) / PART));
    return text;
  }
}

const tcp = new KernelTable('/proc/self/net/tcp');
const tcp6 = new KernelTable('/proc/self/net/tcp6');

/** Finds a row like `3: 0100007F:B2C4 0100007F:1972 01 0000A3F0:00000000 02:00000063 00000000  0  0 ...` by its two ends. */
function rowOf(table: string, ends: string): Unacknowledged | undefined {
  const at = table.indexOf(`: ${ends} `);
  if (at < 0) return undefined;
  const [, queues = '', , , , probes] = table.slice(at + ends.length + 3, at + ends.length + 100).split(/ +/);
  return { bytes: Number.parseInt(queues, 16), probes: Number(probes) };
}

/** One end of a connection as the kernel prints it: the address in words of 32 bits in the byte order of this host. */
function kernelHex(address: string, port = 0): string {
  const bytes = Buffer.from(isIPv6(address) ? ipv6Bytes(address) : ipv4Bytes(address));
  const words = littleEndian ? bytes.swap32() : bytes;
  return `${words.toString('hex')}:${port.toString(16).padStart(4, '0')}`.toUpperCase();
}

const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

function ipv4Bytes(address: string): number[] {
  return address.split('.').map(Number);
}

/** An address of IPv4 may stand at the end, as in `::ffff:192.0.2.1`. */
function ipv6Bytes(address: string): number[] {
  const [left = '', right = ''] = address.replace(/%.*$/, '').split('::');
  const bytes = (text: string) =>
    text
      .split(':')
      .filter((group) => group !== '')
      .flatMap((group) => (group.includes('.') ? ipv4Bytes(group) : wordBytes(Number.parseInt(group, 16))));
  const [head, tail] = [bytes(left), bytes(right)];
  return [...head, ...Array<number>(16 - head.length - tail.length).fill(0), ...tail];
}

function wordBytes(word: number): number[] {
  return [word >> 8, word & 255];
}
