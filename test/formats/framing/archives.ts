import { crc32, deflateRawSync } from 'node:zlib';
import { crc32c } from '../../../formats/framing/crc32c.ts';

/** How a zip archive of the tests is written; plain, deflated, sizes in the header unless said. */
export interface ZipForm {
  readonly stored?: boolean;
  /** CRC and sizes behind the data: `marked` with the signature in front of them, as nearly everybody writes it. */
  readonly followed?: 'marked' | 'bare';
  /** Sizes of eight bytes. */
  readonly zip64?: boolean;
  readonly flags?: number;
  readonly method?: number;
  readonly comment?: string;
}

const u16 = (value: number): Buffer => Buffer.from([value & 0xff, value >> 8]);
const u32 = (value: number): Buffer => {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value);
  return out;
};
const u64 = (value: number): Buffer => Buffer.concat([u32(value), u32(0)]);

/** A zip archive (PKWARE APPNOTE.TXT) of these files, each a name and its text. */
export function zipOf(files: readonly (readonly [string, string | Buffer])[], form: ZipForm = {}): Buffer {
  const { stored = false, followed, zip64 = false, comment = '' } = form;
  const flags = u16((form.flags ?? 0) | (followed === undefined ? 0 : 8));
  const method = u16(form.method ?? (stored ? 0 : 8));
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  for (const [name, text] of files) {
    const plain = Buffer.from(text);
    const packed = stored ? plain : deflateRawSync(plain);
    const sums = [u32(crc32(plain)), u32(packed.length), u32(plain.length)];
    const large = [u32(crc32(plain)), u64(packed.length), u64(plain.length)];
    const said = followed === undefined ? sums : [u32(0), u32(0), u32(0)];
    const all = [sums[0] ?? u32(0), u32(0xffffffff), u32(0xffffffff)];
    const extra = zip64 ? Buffer.concat([u16(1), u16(16), u64(plain.length), u64(packed.length)]) : Buffer.alloc(0);
    const other = Buffer.concat([u16(0x5455), u16(5), Buffer.alloc(5), extra]);
    const mark = followed === 'marked' ? Buffer.from('PK\x07\x08') : Buffer.alloc(0);
    const header = [
      u16(20),
      flags,
      method,
      u32(0),
      ...(zip64 && followed === undefined ? all : said),
      u16(name.length),
    ];
    locals.push(
      Buffer.concat([Buffer.from('PK\x03\x04'), ...header, u16(other.length), Buffer.from(name), other, packed]),
    );
    if (followed !== undefined) locals.push(Buffer.concat([mark, ...(zip64 ? large : sums)]));
    const entry = [
      u16(20),
      u16(20),
      flags,
      method,
      u32(0),
      ...sums,
      u16(name.length),
      u16(0),
      u16(0),
      Buffer.alloc(12),
    ];
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), ...entry, Buffer.from(name)]));
  }
  const end64 = zip64
    ? [Buffer.from('PK\x06\x06'), u64(44), Buffer.alloc(44), Buffer.from('PK\x06\x07'), Buffer.alloc(16)]
    : [];
  const end = [u32(0), u16(files.length), u16(files.length), u32(0), u32(0), u16(comment.length), Buffer.from(comment)];
  return Buffer.concat([...locals, ...directory, ...end64, Buffer.from('PK\x05\x06'), ...end]);
}

/** One chunk of Snappy's framing format. */
export function snappyChunk(kind: number, body: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 1, 3);
  head[0] = kind;
  return Buffer.concat([head, body]);
}

export const SNAPPY_IDENTIFIER = snappyChunk(0xff, Buffer.from('sNaPpY'));

/** A chunk of data: `block` is the compressed form where there is one. */
export function snappyData(plain: Buffer, block?: Buffer): Buffer {
  const crc = crc32c(plain);
  const masked = u32((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return snappyChunk(block === undefined ? 1 : 0, Buffer.concat([masked, block ?? plain]));
}
