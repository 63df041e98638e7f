import { BlockList, isIPv6 } from 'node:net';

interface Ipv4Network {
  readonly address: number;
  /** Number of addresses: a power of two. */
  readonly size: number;
}

/** A test whether a text is an address in one of these networks, written as `10.0.0.0/8`, `2001:db8::/32` or one address. */
export function networkTest(networks: readonly string[]): (text: string) => boolean {
  const all = new BlockList();
  const ipv4 = networks.flatMap((network): Ipv4Network[] => {
    const [address = '', written] = network.split('/');
    const family = address.includes(':') ? 'ipv6' : 'ipv4';
    const prefix = written === undefined ? undefined : Number(written);
    all.addSubnet(address, prefix ?? (family === 'ipv4' ? 32 : 128), family);
    if (family === 'ipv6') return [];
    const size = 2 ** (32 - (prefix ?? 32));
    return [{ address: Math.floor(ipv4Number(address) / size), size }];
  });
  return (text) => {
    const number = ipv4Number(text);
    if (number >= 0) return ipv4.some(({ address, size }) => Math.floor(number / size) === address);
    // IPv4 inside of IPv6 (::ffff:10.0.0.1) is found in networks of either kind.
    return text.includes(':') && isIPv6(text) && all.check(text, 'ipv6');
  };
}

/** An IPv4 address as a number, -1 for any other text. By hand: node:net takes 160 ns for each of millions of flows. */
function ipv4Number(text: string): number {
  if (text.length > 15) return -1;
  let sum = 0;
  let part = -1;
  let dots = 0;
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit >= 0 && digit <= 9) part = part < 0 ? digit : part * 10 + digit;
    else if (digit === -2 && part >= 0) {
      sum = sum * 256 + part;
      dots += 1;
      part = -1;
    } else return -1;
    if (part > 255) return -1;
  }
  return dots === 3 && part >= 0 ? sum * 256 + part : -1;
}
