import { readFile } from 'node:fs/promises';
import { isIPv6, type Socket } from 'node:net';

/**
 * Bytes that we have sent on a socket and the peer's kernel has not acknowledged, or `undefined` where the kernel does
 * not say (not Linux, or no /proc). The only way to see from Node.js that a peer is gone whose last bytes our own kernel
 * took. Column `tx_queue` of https://www.kernel.org/doc/Documentation/networking/proc_net_tcp.txt
 * @throws nothing: what cannot be read is unknown
 */
export async function sendQueue(socket: Socket): Promise<number | undefined> {
  const { localPort, remoteAddress, remotePort } = socket;
  if (localPort === undefined || remoteAddress === undefined || remotePort === undefined) return undefined;
  const table = await readFile(isIPv6(remoteAddress) ? '/proc/self/net/tcp6' : '/proc/self/net/tcp', 'latin1').catch(
    () => undefined,
  );
  return table === undefined ? undefined : queued(table, localPort, `${kernelHex(remoteAddress)}:${hex16(remotePort)}`);
}

/** Finds a row like `  3: 0100007F:B2C4 0100007F:1972 01 0000A3F0:00000000 ...` and reads the number after the state. */
function queued(table: string, localPort: number, remote: string): number | undefined {
  const row = new RegExp(`:${hex16(localPort)} ${remote} [0-9A-F]{2} ([0-9A-F]{8}):`).exec(table);
  return row?.[1] === undefined ? undefined : Number.parseInt(row[1], 16);
}

function hex16(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}

/** An address as the kernel prints it: words of 32 bits in the byte order of this host. */
function kernelHex(address: string): string {
  const bytes = isIPv6(address) ? ipv6Bytes(address) : address.split('.').map(Number);
  const words = Buffer.from(bytes);
  return littleEndian ? words.swap32().toString('hex').toUpperCase() : words.toString('hex').toUpperCase();
}

const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

function ipv6Bytes(address: string): number[] {
  const [left = '', right] = address.replace(/%.*$/, '').split('::');
  const groups = (text: string) => text.split(':').filter((group) => group !== '');
  const [head, tail] = [groups(left), groups(right ?? '')];
  const all = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  return all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]);
}
