/**
 * A strict reader of LEEF 1.0 and 2.0, written from IBM's guide. It shares no code with the encoder. LEEF knows no
 * escapes: a value is what stands between its equals sign and the next delimiter.
 */
export interface LeefMessage {
  readonly header: {
    readonly leefVersion: string;
    readonly vendor: string;
    readonly product: string;
    readonly productVersion: string;
    readonly eventId: string;
    /** The character that a 2.0 header names; empty where it leaves the choice of TAB. */
    readonly delimiter?: string;
  };
  readonly attributes: ReadonlyMap<string, string>;
}

/** Reads one message, a syslog header before it aside. @throws {SyntaxError} with what the guide forbids */
export function parseLeef(line: string): LeefMessage {
  if (/[\r\n]/.test(line)) throw new SyntaxError('a message is one line');
  const start = /(?:^|\s)LEEF:(1\.0|2\.0)\|/.exec(line);
  if (start === null) throw new SyntaxError('no LEEF:version');
  const version = start[1] ?? '';
  const rest = line.slice(start.index + start[0].length).split('|');
  const fields = version === '2.0' ? 5 : 4;
  if (rest.length <= fields) throw new SyntaxError('too few pipes');
  const [vendor = '', product = '', productVersion = '', eventId = '', delimiter = ''] = rest;
  if ([vendor, product, productVersion, eventId].includes('')) throw new SyntaxError('an empty header field');
  const header = { leefVersion: version, vendor, product, productVersion, eventId };
  const text = rest.slice(fields).join('|');
  if (version === '1.0') return { header, attributes: parseAttributes(text, '\t') };
  const named = character(delimiter);
  return { header: { ...header, delimiter: named }, attributes: parseAttributes(text, named || '\t') };
}

/** One character, or its code as `x` or `0x` and one to four hexadecimal digits. */
function character(delimiter: string): string {
  const code = /^(?:0?x)([0-9A-Fa-f]{1,4})$/.exec(delimiter)?.[1];
  if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
  if ([...delimiter].length > 1) throw new SyntaxError(`"${delimiter}" is no delimiter`);
  return delimiter;
}

function parseAttributes(text: string, delimiter: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const pair of text === '' ? [] : text.split(delimiter)) {
    const [, key, value] = /^([A-Za-z0-9_]+)=(.*)$/s.exec(pair) ?? [];
    if (key === undefined || value === undefined) throw new SyntaxError(`"${pair}" is no key=value`);
    if (attributes.has(key)) throw new SyntaxError(`${key} stands twice`);
    attributes.set(key, value);
  }
  return attributes;
}
