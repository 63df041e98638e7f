import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../formats/framing/crc32c.ts';
import { unpackBlock } from '../../../formats/framing/snappy-block.ts';
import { latin1 } from './conformance.ts';

const MOST = 65_536;

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >> 7)];
}

const little = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, index) => Math.floor(value / 2 ** (8 * index)) % 256);

/** A step of a block, and what it adds to the text. Places are taken modulo what is there. */
type Step =
  | { readonly literal: string; readonly lengthBytes: number }
  | { readonly copy: 1 | 2 | 3; at: number; size: number };

function encode(steps: readonly Step[]): { block: Buffer; text: string } {
  let text = '';
  const bytes: number[] = [];
  for (const step of steps) {
    if ('literal' in step) {
      const { literal, lengthBytes } = step;
      const length = literal.length - 1;
      bytes.push(
        lengthBytes === 0 ? length << 2 : (59 + lengthBytes) << 2,
        ...little(length, lengthBytes),
        ...latin1(literal),
      );
      text += literal;
    } else if (text !== '') {
      const most = step.copy === 1 ? 2047 : step.copy === 2 ? 65_535 : Number.MAX_SAFE_INTEGER;
      const back = 1 + (step.at % Math.min(most, text.length));
      const size = step.copy === 1 ? 4 + (step.size % 8) : 1 + (step.size % 64);
      if (step.copy === 1) bytes.push(1 | ((size - 4) << 2) | ((back >> 8) << 5), back & 0xff);
      else bytes.push(step.copy | ((size - 1) << 2), ...little(back, step.copy === 2 ? 2 : 4));
      for (let index = 0; index < size; index += 1) text += text.charAt(text.length - back);
    }
  }
  return { block: Buffer.from([...varint(text.length), ...bytes]), text };
}

const literal = fc.oneof(
  fc.record({ literal: fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 60 }), lengthBytes: fc.constant(0) }),
  fc.record({
    literal: fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 256 }),
    lengthBytes: fc.integer({ min: 1, max: 4 }),
  }),
);
const copy = fc.record({ copy: fc.constantFrom(1 as const, 2 as const, 3 as const), at: fc.nat(), size: fc.nat() });

describe('a snappy block', () => {
  it('gives what its literals and copies say, overlapping ones too', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(literal, copy), { maxLength: 60 }), (steps) => {
        const { block, text } = encode(steps);
        expect(unpackBlock(block, MOST)?.toString('latin1')).toBe(text);
      }),
    );
  });

  it('is none when it is cut, goes on, or says another length', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(literal, copy), { minLength: 1, maxLength: 20 }), fc.nat(), (steps, cut) => {
        const { block, text } = encode(steps);
        if (text === '') return;
        expect(unpackBlock(block.subarray(0, cut % block.length), MOST)).toBeUndefined();
        expect(unpackBlock(Buffer.concat([block, latin1('\0a')]), MOST)).toBeUndefined();
        expect(unpackBlock(block, text.length - 1)).toBeUndefined();
      }),
    );
  });

  it('takes no step outside of its buffers, whatever its bytes are, and ends', () => {
    const bytes = fc.uint8Array({ maxLength: 80 }).map((all) => Buffer.from([200, 1, ...all]));
    fc.assert(
      fc.property(bytes, (block) => {
        const got = unpackBlock(block, MOST);
        if (got !== undefined) expect(got.length).toBe(200);
      }),
      { numRuns: 3000 },
    );
  });

  it('goes by a length of four bytes as a number without a sign', () => {
    expect(unpackBlock(latin1('\x05\xfc\xfa\xff\xff\xffabcdef'), MOST)).toBeUndefined();
    expect(unpackBlock(latin1('\xff\xff\xff\xff\xff\x7f'), MOST)).toBeUndefined();
  });
});

describe('crc32c', () => {
  it('gives the check value of its catalogue and those of RFC 3720', () => {
    expect(crc32c(latin1('123456789'))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
    expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_, index) => index)))).toBe(0x46dd794e);
  });
});
