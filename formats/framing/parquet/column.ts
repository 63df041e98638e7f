import { parquetHeader } from 'hyparquet/src/column.js';
import type { ColumnMetaData, PageHeader, SchemaElement } from 'hyparquet/src/types.js';
import { FormatError } from '../record.ts';
import { quoted, quotedLength } from '../text-traits.ts';
import { unpackPage } from './codec.ts';
import { damaged } from './damage.ts';
import { type Page, pageOf } from './page.ts';
import type { Pieces } from './pieces.ts';
import { isText, type ToText, textOf } from './text.ts';
import { type Dictionary, dictionaryOf, NONE, type Texts } from './texts.ts';
import { structEnd } from './thrift.ts';
import type { Words } from './words.ts';

/** Most entries of one column that are loaded at a time where rows hold lists: a row is gone through without a pause. */
const MOST_ENTRIES = 2 ** 24;
const HEADER_BYTES = 4096;

/**
 * A leaf of the schema, read entry by entry through one row group after another. An entry has a repetition and a
 * definition level, and a value where the second is `maxDef`.
 */
export class Column {
  readonly element: SchemaElement;
  readonly maxDef: number;
  readonly maxRep: number;
  /** Levels of the entry at hand; `rep` is 0 behind the last one. */
  rep = 0;
  def = 0;
  /** What the value that was taken last holds: see `text-traits.ts`. */
  traits = 0;
  /** What all hold that were taken since this was set to zero. */
  seen = 0;
  /** Whether `take` gives text as it is, without quotes and escapes. */
  readonly isText: boolean;
  private readonly toText: ToText;
  private meta!: ColumnMetaData;
  private pieces!: Pieces;
  private dictionary: Dictionary | undefined;
  private pages: Page[] = [];
  /** The first of them. */
  private page: Page | undefined;
  private texts: Texts = NONE;
  /** Entries that are left in the first page. */
  private left = 0;
  /** Entries behind the one at hand that have the same level, in a column without lists; not counted in `left`. */
  private same = 0;
  /** Entries of the row group that no page loaded so far holds. */
  private toLoad = 0;
  /** Rows that begin in loaded pages, from the one at hand on. */
  private begun = 0;

  constructor(element: SchemaElement, maxDef: number, maxRep: number) {
    this.element = element;
    this.maxDef = maxDef;
    this.maxRep = maxRep;
    this.isText = isText(element);
    this.toText = textOf(element);
  }

  /** Starts on the column's part of a row group. */
  begin(meta: ColumnMetaData, pieces: Pieces): void {
    this.meta = meta;
    this.pieces = pieces;
    this.dictionary = undefined;
    this.pages = [];
    this.page = undefined;
    this.left = 0;
    this.same = 0;
    this.toLoad = Number(meta.num_values);
    this.begun = 0;
  }

  /**
   * Loads pages until at least one row is there whole. @param words told what was loaded @returns number of such rows
   * @throws {FormatError}
   */
  async load(words: Words): Promise<number> {
    if (this.whole >= 1) return this.whole;
    while (this.whole < 1) {
      if (this.toLoad <= 0) throw damaged('a column has fewer rows than its row group');
      await this.loadPage();
    }
    words.look(this);
    return this.whole;
  }

  /** The last row that begins in a page with lists may go on in the next one. */
  private get whole(): number {
    return this.maxRep > 0 && this.toLoad > 0 ? this.begun - 1 : this.begun;
  }

  /** Whether this word may stand in a loaded value. */
  holds(word: string): boolean {
    return this.pages.some(({ texts }) => texts.holds(word));
  }

  /** Says that so many rows were read. */
  passed(rows: number): void {
    this.begun -= rows;
  }

  /**
   * The value of the entry at hand, undefined where JSON has none; then goes on to the next entry. `jsonOf` makes JSON of it.
   */
  take(): string | undefined {
    const { texts } = this;
    const text = texts.next();
    this.traits = texts.traits;
    this.seen |= this.traits;
    this.step();
    return text;
  }

  /** JSON text of what `take` gave. @param traits what it holds, or more */
  jsonOf(taken: string, traits: number): string {
    return this.isText ? quoted(taken, traits) : taken;
  }

  /** Length of `jsonOf`. */
  jsonLength(taken: string): number {
    return this.isText ? quotedLength(taken, this.traits) : taken.length;
  }

  /** Goes on to the next entry, past a value that nobody asked for. */
  advance(): void {
    if (this.def === this.maxDef && this.page !== undefined) this.texts.next();
    this.step();
  }

  private step(): void {
    if (this.same > 0) {
      this.same -= 1;
      return;
    }
    this.left -= 1;
    if (this.left === 0) {
      this.pages.shift();
      this.page = this.pages[0];
      this.left = this.page?.entries ?? 0;
      this.texts = this.page?.texts ?? NONE;
    }
    this.enter();
  }

  private enter(): void {
    const { page } = this;
    this.rep = page?.reps?.next() ?? 0;
    this.def = page === undefined ? 0 : (page.defs?.next() ?? this.maxDef);
    if (this.left < 2 || this.maxRep > 0) return;
    this.same = page?.defs === undefined ? this.left - 1 : page.defs.passSame(this.left - 1);
    this.left -= this.same;
  }

  private async loadPage(): Promise<void> {
    const header = await this.header();
    const { type, compressed_page_size: packedSize, uncompressed_page_size: size } = header;
    if (!(packedSize >= 0 && size >= 0 && size <= Number(this.meta.total_uncompressed_size)))
      throw damaged('a page that is larger than its column');
    const packed = await this.pieces.take(packedSize);
    if (type === 'DICTIONARY_PAGE') this.dictionary = this.dictionaryOf(header, packed);
    else if (type === 'DATA_PAGE' || type === 'DATA_PAGE_V2') this.add(pageOf(header, packed, this.reading()));
  }

  private async header(): Promise<PageHeader> {
    for (let size = HEADER_BYTES; ; size *= 8) {
      const bytes = (await this.pieces.peek(size)).subarray(0, size);
      const end = structEnd(bytes, 0);
      if (end !== undefined) {
        this.pieces.skip(end);
        return parquetHeader({ view: new DataView(bytes.buffer, bytes.byteOffset, end), offset: 0 });
      }
      // Statistics in a header may be long.
      if (!(size < this.pieces.left)) throw damaged('a page without a header');
    }
  }

  private dictionaryOf(
    { dictionary_page_header: header, uncompressed_page_size }: PageHeader,
    packed: Buffer,
  ): Dictionary {
    const bytes = unpackPage(packed, this.meta.codec, uncompressed_page_size);
    return dictionaryOf(bytes, header?.num_values ?? 0, this.reading());
  }

  private reading(): Parameters<typeof pageOf>[2] {
    const { element, maxDef, maxRep, toText, dictionary } = this;
    return { element, maxDef, maxRep, toText, dictionary, codec: this.meta.codec };
  }

  private add(page: Page): void {
    if (page.entries === 0) return;
    this.toLoad -= page.entries;
    this.begun += page.rows;
    this.pages.push(page);
    if (this.pages.length === 1) {
      this.page = page;
      this.left = page.entries;
      this.texts = page.texts;
      this.enter();
    }
    if (this.maxRep > 0 && this.pages.reduce((sum, { entries }) => sum + entries, 0) > MOST_ENTRIES)
      throw new FormatError('TF-PARQUET-ROW', `more than ${MOST_ENTRIES} values in the lists of one page or row`);
  }
}
