/** Networks, written `192.0.2.0/24` or `2001:db8::/32`, and what is known of each. */
export type Networks = Readonly<Record<string, unknown>>;

export interface MmdbOptions {
  readonly type?: string;
  readonly ipVersion?: 4 | 6;
  readonly recordSize?: 24 | 28 | 32;
}

/** A node of the tree: for each bit another node, data by its offset, or nothing. */
interface Node {
  readonly sides: [Side, Side];
  number: number;
}
type Side = Node | { readonly offset: number } | undefined;

const MARKER = Buffer.concat([Buffer.from([0xab, 0xcd, 0xef]), Buffer.from('MaxMind.com')]);

/** A MaxMind database in memory, by its specification: https://maxmind.github.io/MaxMind-DB/ */
export function mmdb(networks: Networks, options: MmdbOptions = {}): Buffer {
  const { type = 'Test-City', ipVersion = 6, recordSize = 24 } = options;
  const root: Node = { sides: [undefined, undefined], number: 0 };
  const data = new DataSection();
  for (const [network, value] of Object.entries(networks))
    insert(root, bitsOf(network, ipVersion), { offset: data.offsetOf(value) });
  const nodes = numbered(root);
  const tree = Buffer.concat(
    nodes.map(({ sides }) =>
      nodeBytes(
        sides.map((side) => pointer(side, nodes.length)),
        recordSize,
      ),
    ),
  );
  const metadata = {
    ...{ binary_format_major_version: 2, binary_format_minor_version: 0, build_epoch: 1_700_000_000 },
    ...{ database_type: type, description: { en: 'synthetic' }, ip_version: ipVersion, languages: ['en'] },
    ...{ node_count: nodes.length, record_size: recordSize },
  };
  const about = new DataSection();
  about.offsetOf(metadata);
  return Buffer.concat([tree, Buffer.alloc(16), data.bytes, MARKER, about.bytes]);
}

function bitsOf(network: string, ipVersion: 4 | 6): string {
  const [address = '', prefix] = network.split('/');
  const bits = address.includes(':') ? bits6(address) : bits4(address);
  const outer = ipVersion === 6 && bits.length === 32 ? '0'.repeat(96) : '';
  return outer + bits.slice(0, prefix === undefined ? bits.length : Number(prefix));
}

const bits4 = (address: string): string =>
  address
    .split('.')
    .map((part) => binary(Number(part), 8))
    .join('');

function bits6(address: string): string {
  const [left = '', right = ''] = address.split('::').map((side) => side);
  const groups = (side: string): string[] => (side === '' ? [] : side.split(':'));
  const gap = 8 - groups(left).length - groups(right).length;
  const all = [...groups(left), ...new Array<string>(gap).fill('0'), ...groups(right)];
  return all.map((group) => binary(Number.parseInt(group, 16), 16)).join('');
}

const binary = (value: number, digits: number): string => value.toString(2).padStart(digits, '0');

function insert(root: Node, bits: string, leaf: Side): void {
  let node = root;
  for (const bit of bits.slice(0, -1)) {
    const side = Number(bit) as 0 | 1;
    const next = node.sides[side];
    const inner: Node = next !== undefined && 'sides' in next ? next : { sides: [next, next], number: 0 };
    node.sides[side] = inner;
    node = inner;
  }
  node.sides[Number(bits.at(-1)) as 0 | 1] = leaf;
}

function numbered(root: Node): Node[] {
  const nodes = [root];
  for (const [number, node] of nodes.entries()) {
    node.number = number;
    for (const side of node.sides) if (side !== undefined && 'sides' in side) nodes.push(side);
  }
  return nodes;
}

/** Behind the nodes come 16 bytes of nothing, then the data. */
function pointer(side: Side, count: number): number {
  if (side === undefined) return count;
  return 'sides' in side ? side.number : count + 16 + side.offset;
}

function nodeBytes([left = 0, right = 0]: readonly number[], recordSize: number): Buffer {
  const bytes = Buffer.alloc(recordSize / 4);
  if (recordSize === 32) {
    bytes.writeUInt32BE(left);
    bytes.writeUInt32BE(right, 4);
    return bytes;
  }
  bytes.writeUIntBE(left & 0xffffff, 0, 3);
  bytes.writeUIntBE(right & 0xffffff, recordSize / 4 - 3, 3);
  if (recordSize === 28) bytes[3] = ((left >>> 24) << 4) | (right >>> 24);
  return bytes;
}

const EXTENDED = 7;
/** A pointer of 32 bits. */
const POINTER = 0x38;
const SHORT = 4;

/** Values one behind the other. What was written before is pointed to, as the makers of databases do. */
class DataSection {
  private readonly parts: Buffer[] = [];
  private length = 0;
  private readonly offsets = new Map<string, number>();

  get bytes(): Buffer {
    return Buffer.concat(this.parts);
  }

  offsetOf(value: unknown): number {
    const known = this.offsets.get(JSON.stringify(value));
    if (known === undefined) this.write(value);
    return known ?? this.offsets.get(JSON.stringify(value)) ?? 0;
  }

  /** Whole numbers are unsigned 32-bit ones, others doubles. */
  private write(value: unknown): void {
    const text = JSON.stringify(value);
    const known = this.offsets.get(text);
    if (known !== undefined && text.length > SHORT) this.put(pointerTo(known));
    else {
      this.offsets.set(text, this.length);
      this.writeOut(value);
    }
  }

  private writeOut(value: unknown): void {
    if (typeof value === 'string') this.put(Buffer.concat([control(2, Buffer.byteLength(value)), Buffer.from(value)]));
    else if (typeof value === 'boolean') this.put(control(14, value ? 1 : 0));
    else if (typeof value === 'number') this.put(encodeNumber(value));
    else this.writeAll(value as object);
  }

  private writeAll(value: object): void {
    const items = Array.isArray(value) ? value : Object.entries(value).flat();
    this.put(control(Array.isArray(value) ? 11 : EXTENDED, Array.isArray(value) ? value.length : items.length / 2));
    for (const item of items) this.write(item);
  }

  private put(bytes: Buffer): void {
    this.parts.push(bytes);
    this.length += bytes.length;
  }
}

function pointerTo(offset: number): Buffer {
  const bytes = Buffer.alloc(5, POINTER);
  bytes.writeUInt32BE(offset, 1);
  return bytes;
}

function encodeNumber(value: number): Buffer {
  const bytes = Buffer.alloc(Number.isInteger(value) ? 4 : 8);
  if (bytes.length === 4) bytes.writeUInt32BE(value);
  else bytes.writeDoubleBE(value);
  return Buffer.concat([control(bytes.length === 4 ? 6 : 3, bytes.length), bytes]);
}

function control(type: number, size: number): Buffer {
  const head = type > EXTENDED ? [0, type - EXTENDED] : [type << 5];
  const tail = size < 29 ? [] : size < 285 ? [size - 29] : [(size - 285) >> 8, (size - 285) & 255];
  head[0] = (head[0] ?? 0) | (size < 29 ? size : size < 285 ? 29 : 30);
  return Buffer.from([...head, ...tail]);
}

const place = (country: string, city: string, latitude: number, longitude: number): object => ({
  country: { geoname_id: 1, iso_code: country, names: { en: country } },
  city: { geoname_id: 2, names: { de: `${city} (de)`, en: city } },
  location: { accuracy_radius: 20, latitude, longitude, time_zone: 'Etc/UTC' },
});

/** Cities of networks for documentation, of no real place. */
export const CITIES: Networks = {
  '192.0.2.0/24': place('NL', 'Harbour', 52.5, 4.75),
  '198.51.100.0/25': place('SE', 'Älvsborg', 57.5, -0.125),
  '2001:db8:1::/48': place('JP', 'Minato', 35.5, 139.75),
};

/** Networks of the same, by their owners. */
export const SYSTEMS: Networks = {
  '192.0.2.0/24': { autonomous_system_number: 64_500, autonomous_system_organization: 'Example Carrier' },
  '2001:db8::/32': { autonomous_system_number: 64_501, autonomous_system_organization: 'Exämple Six' },
};
