import { cutBytes } from '../framing/byte-string.ts';
import { memberTable, scanObject, skipSpace } from '../framing/json-scan.ts';

const OPEN_BRACE = 0x7b;
const MARK = '"_truncated":[';
/** How deep objects are opened to keep a part of them. */
const MOST_DEPTH = 4;

interface Member {
  /** With its quotes. */
  readonly name: string;
  /** What stands before the value: name and colon. */
  readonly before: string;
  readonly value: string;
}

/**
 * A JSON object made to fit: members are taken out, the longest first, and named in a member `_truncated` beside them; of
 * one that is an object itself as much stays as fits. All others stay as they stood. Undefined when the text is no object,
 * or cannot be made to fit so.
 */
export function shortenJson(text: string, room: number, depth = 1): string | undefined {
  const members = membersOf(text);
  if (members === undefined) return undefined;
  const written = new Map(members.map((member) => [member, member.before + member.value]));
  const gone: Member[] = [];
  for (const member of [...members].sort((a, b) => b.value.length - a.value.length)) {
    const excess = laidOut(written.values(), gone).length - room;
    if (excess <= 0) break;
    const part = depth < MOST_DEPTH ? shortenJson(member.value, member.value.length - excess, depth + 1) : undefined;
    if (part !== undefined) return laidOut(written.set(member, member.before + part).values(), gone);
    written.delete(member);
    gone.push(member);
  }
  const short = laidOut(written.values(), gone);
  return short.length <= room ? short : undefined;
}

function laidOut(written: Iterable<string>, gone: readonly Member[]): string {
  const mark = gone.length === 0 ? [] : [`${MARK}${gone.map(({ name }) => name).join(',')}]`];
  return `{${[...written, ...mark].join(',')}}`;
}

function membersOf(text: string): readonly Member[] | undefined {
  const bytes = Buffer.from(text, 'latin1');
  const start = skipSpace(bytes, 0, bytes.length);
  const table = memberTable();
  if (bytes[start] !== OPEN_BRACE || scanObject(bytes, start, bytes.length, table) < 0) return undefined;
  return Array.from({ length: table.count }, (_, index) => {
    const [keyStart = 0, keyEnd = 0, valueStart = 0, valueEnd = 0] = table.offsets.subarray(4 * index, 4 * index + 4);
    const name = text.substring(keyStart - 1, keyEnd + 1);
    return { name, before: `${name}:`, value: text.substring(valueStart, valueEnd) };
  });
}

/** A line made to fit, its end marked. */
export function shortenLine(text: string, room: number): string {
  return `${cutBytes(text, room - 3)}...`;
}
