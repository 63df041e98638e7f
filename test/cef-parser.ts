/**
 * A strict reader of CEF (ArcSight CEF Implementation Standard, 0.1 and 1.x), written from the standard. It shares no
 * code with the encoder: what the encoder gets wrong must not be right here by the same mistake.
 */
export interface CefMessage {
  readonly header: Readonly<Record<(typeof HEADER)[number], string>>;
  readonly extensions: ReadonlyMap<string, string>;
}

const HEADER = [
  'cefVersion',
  'deviceVendor',
  'deviceProduct',
  'deviceVersion',
  'deviceEventClassId',
  'name',
  'severity',
] as const;

/** Reads one message, a syslog header before it aside. @throws {SyntaxError} with what the standard forbids */
export function parseCef(line: string): CefMessage {
  if (/[\r\n]/.test(line)) throw new SyntaxError('a message is one line');
  const start = /(?:^|\s)CEF:(?=\d+\|)/.exec(line);
  if (start === null) throw new SyntaxError('no CEF:version');
  const fields: string[] = [];
  let at = start.index + start[0].length;
  while (fields.length < HEADER.length) {
    const end = unescapedPipe(line, at);
    fields.push(unescaped(line.slice(at, end), { '\\': '\\', '|': '|' }));
    at = end + 1;
  }
  const header = Object.fromEntries(HEADER.map((name, index) => [name, fields[index]])) as CefMessage['header'];
  if (!SEVERITY.test(header.severity)) throw new SyntaxError(`severity "${header.severity}"`);
  return { header, extensions: parseExtension(line.slice(at)) };
}

const SEVERITY = /^(?:\d|10|Unknown|Low|Medium|High|Very-High)$/;

function unescapedPipe(line: string, from: number): number {
  for (let at = from; at < line.length; at += 1) {
    if (line[at] === '\\') at += 1;
    else if (line[at] === '|') return at;
  }
  throw new SyntaxError('fewer than seven pipes');
}

/** `key=value key=value`: a key stands at the start or behind a space, and its equals sign is not escaped. */
function parseExtension(text: string): Map<string, string> {
  const pairs = new Map<string, string>();
  const keys = [...text.matchAll(/(?<=^| )([A-Za-z0-9_]+)=/g)];
  if (keys.length === 0 && /[^ ]/.test(text)) throw new SyntaxError('an extension without a key');
  if (keys[0] !== undefined && /[^ ]/.test(text.slice(0, keys[0].index))) throw new SyntaxError('text before a key');
  keys.forEach((match, index) => {
    const [whole, key = ''] = match;
    const next = keys[index + 1];
    const value = text.slice(match.index + whole.length, next === undefined ? undefined : next.index - 1);
    if (pairs.has(key)) throw new SyntaxError(`${key} stands twice`);
    pairs.set(key, unescaped(next === undefined ? value.replace(/ +$/, '') : value, ESCAPES));
  });
  return pairs;
}

const ESCAPES = { '\\': '\\', '=': '=', n: '\n', r: '\r' };

function unescaped(text: string, escapes: Readonly<Record<string, string>>): string {
  return text.replace(/\\([\s\S]?)|=/g, (whole, code?: string) => {
    if (whole === '=' && !('=' in escapes)) return whole;
    const meant = code === undefined ? undefined : escapes[code];
    if (meant === undefined) throw new SyntaxError(`"${whole}" is no escape, or has none`);
    return meant;
  });
}
