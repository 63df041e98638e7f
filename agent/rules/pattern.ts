import { toByteString } from '../../formats/framing/byte-string.ts';

/** A test of byte strings against one wildcard: `*` is any run of characters, `?` is one, and the whole text is meant. */
export function patternTest(wildcard: string): (text: string) => boolean {
  const pattern = toByteString(wildcard);
  const special = pattern.search(/[*?]/);
  if (special < 0) return (text) => text === pattern;
  if (special === pattern.length - 1 && pattern.endsWith('*')) {
    const head = pattern.slice(0, -1);
    return (text) => text.startsWith(head);
  }
  return (text) => matchesGlob(pattern, text);
}

const STAR = 0x2a;
const QUESTION = 0x3f;

/** Only the last star is ever tried again, so the time is at most the product of both lengths. */
function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let place = 0;
  let star = -1;
  let retry = 0;
  while (place < text.length) {
    const wanted = pattern.charCodeAt(at);
    if (wanted === STAR) {
      star = at++;
      retry = place;
    } else if (wanted === QUESTION) {
      at += 1;
      place = behindCharacter(text, place);
    } else if (wanted === text.charCodeAt(place)) {
      at += 1;
      place += 1;
    } else if (star >= 0) {
      at = star + 1;
      retry = behindCharacter(text, retry);
      place = retry;
    } else return false;
  }
  while (pattern.charCodeAt(at) === STAR) at += 1;
  return at === pattern.length;
}

/** A character of UTF-8 is its first byte and the continuation bytes behind it. */
function behindCharacter(text: string, at: number): number {
  let end = at + 1;
  while ((text.charCodeAt(end) & 0xc0) === 0x80 && end < text.length) end += 1;
  return end;
}
