/** One mistake in a configuration file, at its place. Lines and columns count from 1. */
export interface Fault {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The setting in dotted form, e.g. `destinations[0].tls.ca_file`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong and what would be right. Never holds the value of a secret. */
  readonly message: string;
}

/** A configuration that cannot be used. `faults` holds every mistake that was found, in the order of the file. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'TF-CONFIG';
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[], cause?: unknown) {
    super(`${faults.map(faultLine).join('\n')} [TF-CONFIG]`, cause === undefined ? undefined : { cause });
    this.faults = faults;
  }
}

/** `file:line:column: path: message`, as editors and terminals can follow it. */
export function faultLine({ file, line, column, path, message }: Fault): string {
  return `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`;
}

/** What the admin wrote, in quotes: control characters escaped (a terminal obeys them) and long text cut. */
export function quoted(text: string): string {
  const shown = text.length > 60 ? `${text.slice(0, 60)}...` : text;
  return JSON.stringify(shown).replace(/[\u007f-\u009f\u2028\u2029]/g, '?');
}

/** Where in the text an offset lies. */
export type Locate = (offset: number) => { readonly line: number; readonly column: number };

/** Collects the faults and warnings of one file, and knows where each setting stands in it. */
export class Report {
  readonly file: string;
  private readonly locate: Locate;
  private readonly places = new Map<string, number>([['', 0]]);
  private readonly found = { faults: [] as Fault[], warnings: [] as Fault[] };

  constructor(file: string, locate: Locate) {
    this.file = file;
    this.locate = locate;
  }

  get faults(): readonly Fault[] {
    return this.found.faults.toSorted(byPlace);
  }

  get warnings(): readonly Fault[] {
    return this.found.warnings.toSorted(byPlace);
  }

  /** From now on `path` stands at this offset of the text. */
  mark(path: string, offset: number): void {
    this.places.set(path, offset);
  }

  fault(path: string, message: string): void {
    this.found.faults.push(this.at(path, message));
  }

  /** A fault of the text itself, where no setting can be named. */
  syntax(offset: number, message: string): void {
    this.found.faults.push({ file: this.file, ...this.locate(offset), path: '', message });
  }

  warn(path: string, message: string): void {
    this.found.warnings.push(this.at(path, message));
  }

  /** Whether nothing at or below `path` is at fault; the empty path is the whole file. */
  isClean(path: string): boolean {
    const below = (at: string) => path === '' || at === path || at.startsWith(`${path}.`) || at.startsWith(`${path}[`);
    return !this.found.faults.some((fault) => below(fault.path));
  }

  /** A setting that does not stand in the file is placed where the nearest section around it does. */
  private at(path: string, message: string): Fault {
    let written = path;
    while (!this.places.has(written)) written = parentOf(written);
    return { file: this.file, ...this.locate(this.places.get(written) ?? 0), path, message };
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('['), 0));
}

function byPlace(a: Fault, b: Fault): number {
  return a.line - b.line || a.column - b.column;
}
