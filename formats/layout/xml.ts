import { toByteString } from '../framing/byte-string.ts';
import { FormatError } from '../framing/record.ts';

/** What a record of a log never exceeds. Without these bounds a hostile one could fill the memory with paths. */
const MOST_DEPTH = 32;
const MOST_VALUES = 2000;
const LONGEST_NAME = 256;

interface OpenElement {
  readonly name: string;
  readonly path: string;
  text: string;
}

const BLANK = /^[ \t\r\n]*$/;
const TAG = /<([^ \t\r\n/>=<"']+)/y;
const ATTRIBUTE = /[ \t\r\n]+([^ \t\r\n/>=<"']+)[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]*)"|'([^'<]*)')/y;
const TAG_END = /[ \t\r\n]*(\/?)>/y;
const CLOSING = /<\/([^ \t\r\n/>=<"']+)[ \t\r\n]*>/y;

/** Markup that says nothing: how it begins and ends. The text of CDATA counts. */
const ASIDES: readonly (readonly [begin: string, end: string])[] = [
  ['<!--', '-->'],
  ['<?', '?>'],
  ['<![CDATA[', ']]>'],
];

/**
 * Reads one XML document in one pass and hands over every text and attribute by its path below the root, names parted
 * by dots, attributes with `@`. An element `<Data Name="x">` goes by its name `x`, as in Windows events. A document
 * type declaration, and so an entity of one's own, is refused.
 * @throws {FormatError} TF-XML-INVALID for what is not well-formed, or larger than any log record
 */
export function readXml(text: string, add: (path: string, value: string) => void): void {
  new XmlReader(text, add).read();
}

class XmlReader {
  private readonly text: string;
  private readonly add: (path: string, value: string) => void;
  private readonly open: OpenElement[] = [];
  private at = 0;
  private values = 0;
  private isDone = false;

  constructor(text: string, add: (path: string, value: string) => void) {
    this.text = text;
    this.add = add;
  }

  read(): void {
    while (this.at < this.text.length) {
      const next = this.text.indexOf('<', this.at);
      this.takeText(this.text.substring(this.at, next < 0 ? this.text.length : next));
      this.at = next < 0 ? this.text.length : next;
      if (next >= 0) this.markup();
    }
    if (!this.isDone || this.open.length > 0) throw invalid('it ends before it is complete');
  }

  private takeText(text: string): void {
    const element = this.open.at(-1);
    if (element !== undefined) element.text += text;
    else if (!BLANK.test(text)) throw invalid('there is text around it');
  }

  private markup(): void {
    const aside = ASIDES.find(([begin]) => this.text.startsWith(begin, this.at));
    if (aside !== undefined) this.aside(...aside);
    else if (this.text.startsWith('</', this.at)) this.close();
    else this.start();
  }

  private aside(begin: string, end: string): void {
    const from = this.at + begin.length;
    const stop = this.text.indexOf(end, from);
    if (stop < 0) throw invalid(`\`${begin}\` has no end`);
    // No entity stands in CDATA: its text is kept from being decoded with the rest.
    if (end === ']]>') this.takeText(this.text.substring(from, stop).replace(/&/g, '&amp;'));
    this.at = stop + end.length;
  }

  private start(): void {
    const [, name = ''] = this.match(TAG);
    const parent = this.open.at(-1);
    if (parent === undefined && this.isDone) throw invalid('there is more than one');
    if (this.open.length >= MOST_DEPTH || name.length > LONGEST_NAME) throw invalid('it is too deep');
    const attributes: [name: string, value: string][] = [];
    for (let found = this.tryMatch(ATTRIBUTE); found !== null; found = this.tryMatch(ATTRIBUTE)) {
      attributes.push([found[1] ?? '', decode(found[2] ?? found[3] ?? '')]);
    }
    const path = parent === undefined ? '' : pathOf(parent.path, name, attributes);
    for (const [attribute, value] of attributes) {
      const isName = name === 'Data' && attribute === 'Name';
      if (!isName && !attribute.startsWith('xmlns')) this.give(join(path, `@${attribute}`), value);
    }
    const [, slash] = this.match(TAG_END);
    this.isDone = true;
    if (slash === '') this.open.push({ name, path, text: '' });
  }

  private close(): void {
    const [, name] = this.match(CLOSING);
    const element = this.open.pop();
    if (element?.name !== name) throw invalid(`\`${element?.name ?? ''}\` is closed by \`${name ?? ''}\``);
    if (element !== undefined && !BLANK.test(element.text)) this.give(element.path, decode(element.text));
  }

  private give(path: string, value: string): void {
    if (value === '' || path === '') return;
    this.values += 1;
    if (this.values > MOST_VALUES || path.length > MOST_DEPTH * LONGEST_NAME) throw invalid('it holds too much');
    this.add(path, value);
  }

  private match(pattern: RegExp): RegExpExecArray {
    const found = this.tryMatch(pattern);
    if (found === null) throw invalid(`a tag is broken at byte ${this.at}`);
    return found;
  }

  private tryMatch(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found !== null) this.at = pattern.lastIndex;
    return found;
  }
}

function pathOf(parent: string, name: string, attributes: readonly (readonly [string, string])[]): string {
  const given = name === 'Data' ? attributes.find(([attribute]) => attribute === 'Name')?.[1] : undefined;
  return join(parent, given !== undefined && given !== '' && given.length <= LONGEST_NAME ? given : name);
}

function join(parent: string, name: string): string {
  return parent === '' ? name : `${parent}.${name}`;
}

function invalid(why: string): FormatError {
  return new FormatError('TF-XML-INVALID', `the record is not an XML document: ${why}`);
}

const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(lt|gt|amp|quot|apos));/g;
const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The text with its references undone; one that means nothing stays as it is. */
function decode(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(ENTITY, (_, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED[name] ?? '';
    return character(decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number.parseInt(decimal, 10));
  });
}

/** The character as UTF-8 bytes; U+FFFD for what is none. */
function character(code: number): string {
  const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return toByteString(String.fromCodePoint(isCharacter ? code : 0xfffd));
}
