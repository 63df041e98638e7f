import { cutBytes, toByteString } from '../formats/framing/byte-string.ts';

/** Longest value that a file may give to a field. Bytes. */
const MOST_BYTES = 1000;

/**
 * Text of a file that others write, as the byte string of one line: without line ends, controls, and the invisible
 * characters that make a text look like another one.
 */
export function cleanText(text: string): string {
  const visible = text.replace(/[\s\p{C}]+/gu, ' ').trim();
  return cutBytes(toByteString(visible), MOST_BYTES);
}
