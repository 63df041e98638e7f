import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventIds } from '../../formats/event-id.ts';
import { toByteString } from '../../formats/framing/byte-string.ts';

const text = fc.string({ unit: 'binary' }).map((one) => one.toWellFormed());
const ordinal = fc.oneof(
  fc.nat(),
  fc.constantFrom(0, 9, 10, 99, 100, 999_999, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER),
);

describe('event ids', () => {
  it('are the first half of a SHA-256 over bucket, key, version and ordinal, with NUL between', () => {
    fc.assert(
      fc.property(text, text, text, fc.array(ordinal, { minLength: 1 }), (bucket, key, version, ordinals) => {
        const ids = eventIds({ bucket, key: toByteString(key), version });
        for (const one of ordinals) {
          const hash = createHash('sha256').update(`${bucket}\0${key}\0${version}\0${one}`, 'utf8').digest('hex');
          expect(ids(one)).toBe(hash.slice(0, 32));
        }
      }),
    );
  });

  it('differ between records, keys, versions and buckets', () => {
    const objects = [
      { bucket: 'a', key: 'b', version: 'c' },
      { bucket: 'a', key: 'b', version: 'd' },
      { bucket: 'a', key: 'bc', version: '' },
      { bucket: 'ab', key: '', version: 'c' },
    ];
    const all = objects.flatMap((object) => Array.from({ length: 1200 }, (_, index) => eventIds(object)(index)));
    expect(new Set(all).size).toBe(all.length);
  });
});
