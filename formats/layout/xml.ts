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

/** What ends a name. */
const MARKS = new Set([...' \t\r\n/>=<"\''].map((mark) => mark.charCodeAt(0)));
const [EXCLAMATION, SLASH, EQUALS, GREATER, QUESTION] = [...'!/=>?'].map((mark) => mark.charCodeAt(0));

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
    if (text === '') return;
    const element = this.open.at(-1);
    if (element !== undefined) element.text += text;
    else if (!BLANK.test(text)) throw invalid('there is text around it');
  }

  private markup(): void {
    const mark = this.text.charCodeAt(this.at + 1);
    const mayBeAside = mark === EXCLAMATION || mark === QUESTION;
    const aside = mayBeAside ? ASIDES.find(([begin]) => this.text.startsWith(begin, this.at)) : undefined;
    if (aside !== undefined) this.aside(...aside);
    else if (mark === SLASH) this.close();
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
    this.at += 1;
    const name = this.name();
    const parent = this.open.at(-1);
    if (parent === undefined && this.isDone) throw invalid('there is more than one');
    if (this.open.length >= MOST_DEPTH || name.length > LONGEST_NAME) throw invalid('it is too deep');
    const attributes: (readonly [name: string, value: string])[] = [];
    for (let found = this.attribute(); found !== undefined; found = this.attribute()) attributes.push(found);
    const path = parent === undefined ? '' : pathOf(parent.path, name, attributes);
    for (const [attribute, value] of attributes) {
      const isName = name === 'Data' && attribute === 'Name';
      if (!isName && !attribute.startsWith('xmlns')) this.give(join(path, `@${attribute}`), value);
    }
    this.isDone = true;
    if (this.tagEnd()) this.open.push({ name, path, text: '' });
  }

  /** ` name="value"`, which this passes over; undefined where no attribute follows. */
  private attribute(): readonly [name: string, value: string] | undefined {
    const { text } = this;
    const start = this.blanksEnd(this.at);
    const end = this.nameEnd(start);
    if (start === this.at || end === start) return undefined;
    const equals = this.blanksEnd(end);
    const quote = this.blanksEnd(equals + 1);
    const mark = text.charAt(quote);
    if (text.charCodeAt(equals) !== EQUALS || (mark !== '"' && mark !== "'")) return undefined;
    const close = text.indexOf(mark, quote + 1);
    const value = text.substring(quote + 1, close);
    if (close < 0 || value.includes('<')) return undefined;
    this.at = close + 1;
    return [text.substring(start, end), decode(value)];
  }

  /** Passes over the end of an opening tag. @returns whether its element is open now */
  private tagEnd(): boolean {
    const at = this.blanksEnd(this.at);
    const isEmpty = this.text.charCodeAt(at) === SLASH;
    this.expect(GREATER, isEmpty ? at + 1 : at);
    return !isEmpty;
  }

  private close(): void {
    this.at += 2;
    const name = this.name();
    this.expect(GREATER, this.blanksEnd(this.at));
    const element = this.open.pop();
    if (element?.name !== name) throw invalid(`\`${element?.name ?? ''}\` is closed by \`${name}\``);
    if (!BLANK.test(element.text)) this.give(element.path, decode(element.text));
  }

  private give(path: string, value: string): void {
    if (value === '' || path === '') return;
    this.values += 1;
    if (this.values > MOST_VALUES || path.length > MOST_DEPTH * LONGEST_NAME) throw invalid('it holds too much');
    this.add(path, value);
  }

  /** Passes over a name. */
  private name(): string {
    const end = this.nameEnd(this.at);
    if (end === this.at) throw this.broken();
    const name = this.text.substring(this.at, end);
    this.at = end;
    return name;
  }

  private nameEnd(start: number): number {
    const { text } = this;
    let at = start;
    while (at < text.length && !MARKS.has(text.charCodeAt(at))) at += 1;
    return at;
  }

  private blanksEnd(start: number): number {
    let at = start;
    while (isBlank(this.text.charCodeAt(at))) at += 1;
    return at;
  }

  /** Passes over this mark. */
  private expect(mark: number | undefined, at: number): void {
    if (this.text.charCodeAt(at) !== mark) throw this.broken();
    this.at = at + 1;
  }

  private broken(): FormatError {
    return invalid(`a tag is broken at byte ${this.at}`);
  }
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
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
