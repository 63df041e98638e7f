import type { Encoding, SchemaElement } from 'hyparquet/src/types.js';
import { traitsOf, traitsOfJson } from '../text-traits.ts';
import { damaged } from './damage.ts';
import { Hybrid } from './hybrid.ts';
import { isText, type ToText } from './text.ts';
import { Slices, type Stored, type Values, valuesOf } from './values.ts';

/**
 * Values of one page, one after another: of a column of text as they are, a byte string; of others as JSON text; undefined
 * for what JSON cannot say.
 */
export interface Texts extends Values<string | undefined> {
  /** What the last one holds, in JSON. */
  traits: number;
  /** Whether this word may stand in one of them. */
  holds(word: string): boolean;
}

/** Values in the order in which pages refer to them. */
export interface Dictionary {
  readonly texts: readonly (string | undefined)[];
  readonly traits: Uint8Array;
}

/** What is to be known to read values. */
export interface TextReading {
  readonly element: SchemaElement;
  /** Says a value in JSON. */
  readonly toText: ToText;
  readonly dictionary: Dictionary | undefined;
}

type PlainReading = Omit<TextReading, 'dictionary'>;

/** Values of a data page. @throws {FormatError} */
export function textsOf(values: Buffer, encoding: Encoding, reading: TextReading): Texts {
  if (encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY') return new Looked(values, reading.dictionary);
  return values.length === 0 ? NONE : plainOr(values, encoding, reading);
}

/** Values of a dictionary page. @throws {FormatError} */
export function dictionaryOf(bytes: Buffer, count: number, reading: PlainReading): Dictionary {
  if (count > bytes.length * 8) throw damaged('a dictionary of more values than it has room for');
  const values = plainOr(bytes, 'PLAIN', reading);
  const traits = new Uint8Array(Math.max(0, count));
  const texts = Array.from(traits, (_, at) => {
    const text = values.next();
    traits[at] = values.traits;
    return text;
  });
  return { texts, traits };
}

function plainOr(values: Buffer, encoding: Encoding, reading: PlainReading): Texts {
  if (!isText(reading.element)) return new Written(valuesOf(values, encoding, reading.element), reading);
  if (encoding === 'PLAIN') return new Plain(values);
  return new Stretches(valuesOf(values, encoding, reading.element) as Values<Buffer>);
}

/** A page of nulls may hold not even the beginning of its encoding. */
export const NONE: Texts = { traits: 0, next: () => fewer(), holds: () => false };

function fewer(): never {
  throw damaged('fewer values than the page says');
}

/** Text as it stands in the page, without a buffer for each. */
class Plain implements Texts {
  traits = 0;
  private readonly slices: Slices;

  constructor(bytes: Buffer) {
    this.slices = new Slices(bytes);
  }

  next(): string {
    const { slices } = this;
    slices.next();
    const { bytes, start, end } = slices;
    this.traits = traitsOf(bytes, start, end);
    return bytes.toString('latin1', start, end);
  }

  holds(word: string): boolean {
    return this.slices.bytes.includes(word, 0, 'latin1');
  }
}

/** Text in an encoding of its own. */
class Stretches implements Texts {
  traits = 0;
  private readonly values: Values<Buffer>;

  constructor(values: Values<Buffer>) {
    this.values = values;
  }

  next(): string {
    const bytes = this.values.next();
    this.traits = traitsOf(bytes, 0, bytes.length);
    return bytes.toString('latin1');
  }

  holds(): boolean {
    return true;
  }
}

/** Anything but text. */
class Written implements Texts {
  traits = 0;
  private readonly values: Values<Stored>;
  private readonly toText: ToText;

  private readonly isBinary: boolean;

  constructor(values: Values<Stored>, { toText, element }: PlainReading) {
    this.values = values;
    this.toText = toText;
    this.isBinary = element.type === 'BYTE_ARRAY' || element.type === 'FIXED_LEN_BYTE_ARRAY';
  }

  next(): string | undefined {
    const value = this.values.next();
    const text = this.toText(value);
    this.traits = Buffer.isBuffer(value) && text !== undefined ? traitsOfJson(text) : 0;
    return text;
  }

  holds(): boolean {
    return this.isBinary;
  }
}

class Looked implements Texts {
  traits = 0;
  private readonly places: Hybrid;
  private readonly dictionary: Dictionary | undefined;

  constructor(values: Buffer, dictionary: Dictionary | undefined) {
    this.places = new Hybrid(values.subarray(1), values[0] ?? 0);
    this.dictionary = dictionary;
  }

  next(): string | undefined {
    const place = this.places.next();
    const { dictionary } = this;
    if (dictionary === undefined || place >= dictionary.traits.length) fewer();
    this.traits = dictionary.traits[place] as number;
    return dictionary.texts[place];
  }

  holds(word: string): boolean {
    return this.dictionary?.texts.some((text) => text?.includes(word)) === true;
  }
}
