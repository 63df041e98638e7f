import { randomFrom } from '../../../demo/synthetic.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789|=\\"%äß€ ';
const random = randomFrom(1);
const NOISE = Buffer.from(
  Array.from({ length: 20_000 }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join(''),
).toString('latin1');

/**
 * The text of an event, known from its number alone: 500 bytes on average, some of 6,000. A byte string.
 * @param id counts from 0
 */
export function textOf(id: number): string {
  const length = id % 97 === 0 ? 6_000 : 100 + ((id * 7919) % 700);
  const from = (id * 104_729) % (NOISE.length - length);
  return `event ${id} ${NOISE.slice(from, from + length)} end ${id}`;
}
