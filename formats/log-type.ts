import type { FieldName, LogEvent, ObjectOrigin } from './event.ts';
import { type Expression, NOTHING, type Read, SharedReads } from './expression.ts';
import type { Framing, FramingOptions, LogRecord } from './framing/record.ts';
import { textOf } from './functions.ts';
import type { Layout, OpenLayout } from './layout.ts';
import type { Secrets } from './redaction/secrets.ts';
import type { EcsSpec, OcsfSpec, SplunkSpec } from './schema-spec.ts';
import type { OwnKeys } from './wire/own-keys.ts';

/** What a log type declares. Adding one is such a declaration, its golden folder, and a line in `log-types/index.ts`. */
export interface LogTypeSpec {
  /** Name in configuration, metrics and the ledger. */
  readonly name: string;
  readonly title: string;
  /** AWS's page on the format. */
  readonly reference: `https://${string}`;
  /** Keys of its objects. Groups `account` and `region` tell where the object comes from. */
  readonly keys: readonly RegExp[];
  /**
   * CloudWatch log groups whose messages are its records, matched against `logGroup:logStream`. Such messages come through
   * a subscription and Firehose.
   */
  readonly logGroups?: readonly RegExp[];
  /** EventBridge `detail-type`s whose `detail` is its record. */
  readonly detailTypes?: readonly string[];
  /** What tells it by content: sets of member names of which a record has at least one whole, or the shape of a line. */
  readonly looksLike: { readonly json: readonly (readonly string[])[] } | { readonly line: RegExp };
  readonly layout: Layout;
  /** Who makes `product`; `AWS` unless said. */
  readonly vendor?: string;
  readonly product: string;
  /** Version of the source's schema; `1` where it has none. */
  readonly version?: Expression;
  /** Epoch milliseconds. */
  readonly time: Expression;
  readonly signature: Expression;
  readonly scope?: Expression;
  readonly label: Expression;
  readonly category: Expression;
  /** 0 to 10. */
  readonly severity: Expression;
  readonly fields: Readonly<Partial<Record<FieldName, Expression>>>;
  /**
   * Values by path that make events of another kind, for a list of all kinds: where an expression computes and no table
   * says them.
   */
  readonly kinds?: Readonly<Record<string, readonly unknown[]>>;
  /** Keys that an admin wants for some of its fields. */
  readonly ownKeys?: OwnKeys;
  /** What in its records is a secret. */
  readonly secrets?: Secrets;
  /** How Splunk knows it. */
  readonly splunk: SplunkSpec;
  /** The native log source type of QRadar. */
  readonly qradar: string;
  /** Its event class and activity; a base event unless said. `native`: its records are OCSF already. */
  readonly ocsf?: OcsfSpec | 'native';
  /** Its fields of categorization. */
  readonly ecs?: EcsSpec;
}

export interface LogType {
  readonly spec: LogTypeSpec;
  readonly name: string;
  readonly fieldNames: readonly FieldName[];
  open(origin: ObjectOrigin, options: FramingOptions): Decoder;
}

/** Reads the records of one object. */
export interface Decoder {
  readonly type: LogType;
  readonly origin: ObjectOrigin;
  readonly framing: Framing;
  /** The header line that names the columns of the records at hand; '' when there is none. */
  readonly header: string;
  /**
   * Event time alone, for formats that send the record as it is. Epoch ms; where the record holds none, that of its
   * envelope; NaN when there is none either. @throws {FormatError}
   */
  time(record: LogRecord): number;
  /** The record in the common vocabulary; the same instance each time. @throws {FormatError} when it cannot be read */
  event(record: LogRecord, id: string): LogEvent;
}

interface EventReads {
  readonly version: Read;
  readonly signature: Read;
  readonly scope: Read;
  readonly label: Read;
  readonly category: Read;
  readonly severity: Read;
  /** Fields that records of this layout can have, with their places in `values`. */
  readonly fields: readonly { readonly index: number; readonly read: Read }[];
  /** Filled anew for each record; places of other fields stay undefined. */
  readonly event: ReusedEvent;
}

/** What is read of records of one order of columns. Who needs no more than the time does not have the rest looked for. */
class Reads {
  readonly time: Read;
  readonly shared: SharedReads;
  private readonly spec: LogTypeSpec;
  private eventReads: EventReads | undefined;

  constructor(spec: LogTypeSpec, names: readonly string[]) {
    const { version, time, signature, scope, label, category, severity, fields } = spec;
    const all = [version, time, signature, scope, label, category, severity, ...Object.values(fields)];
    this.spec = spec;
    this.shared = new SharedReads(all, (path) => spec.layout.resolve(path, names));
    this.time = this.shared.compile(time);
  }

  get ofEvent(): EventReads {
    this.eventReads ??= this.compile();
    return this.eventReads;
  }

  private compile(): EventReads {
    const { version, signature, scope, label, category, severity, fields } = this.spec;
    const read = (expression?: Expression): Read =>
      expression === undefined ? NOTHING : this.shared.compile(expression);
    const all = Object.values(fields).map((expression, index) => ({ index, read: read(expression) }));
    return {
      version: read(version),
      signature: read(signature),
      scope: read(scope),
      label: read(label),
      category: read(category),
      severity: read(severity),
      fields: all.filter((field) => field.read !== NOTHING),
      event: new ReusedEvent(all.length),
    };
  }
}

/** Compiles a declaration. @throws when it lacks what its users rely on: a fault of the program, found at start */
export function defineLogType(spec: LogTypeSpec): LogType {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(spec.name))
    throw new Error(`log type name "${spec.name}" must be lower-case words`);
  if (spec.title === '') throw new Error(`log type ${spec.name} has no title`);
  const fieldNames = Object.keys(spec.fields) as FieldName[];
  const compiled = new Map<string, Reads>();
  /** Compiled once for each order of columns; for JSON there is one. */
  const readsFor = (names: readonly string[]): Reads => {
    const known = compiled.get(names.join(' '));
    if (known !== undefined) return known;
    const reads = new Reads(spec, names);
    // Columns are the admin's choice, a handful; a stranger's thousand headers must not fill the memory.
    if (compiled.size < 1000) compiled.set(names.join(' '), reads);
    return reads;
  };
  const type: LogType = {
    spec,
    name: spec.name,
    fieldNames,
    open: (origin, options) => new TypeDecoder(type, origin, spec.layout.open(origin, options), readsFor),
  };
  return type;
}

class ReusedEvent implements LogEvent {
  id = '';
  time = Number.NaN;
  signature = '';
  scope = '';
  label = '';
  category = '';
  severity = 0;
  version = '';
  values: unknown[];
  record!: LogRecord;
  layout!: OpenLayout;

  constructor(fields: number) {
    this.values = new Array<unknown>(fields).fill(undefined);
  }

  get columns(): readonly string[] {
    return this.layout.labels ?? this.layout.columns;
  }

  get cells(): readonly string[] {
    return this.layout.cells;
  }
}

class TypeDecoder implements Decoder {
  readonly type: LogType;
  readonly origin: ObjectOrigin;
  private readonly layout: OpenLayout;
  private readonly readsFor: (names: readonly string[]) => Reads;
  private reads: Reads | undefined;
  private readsOf: readonly string[] | undefined;

  constructor(type: LogType, origin: ObjectOrigin, layout: OpenLayout, readsFor: (names: readonly string[]) => Reads) {
    this.type = type;
    this.origin = origin;
    this.layout = layout;
    this.readsFor = readsFor;
  }

  get header(): string {
    return this.layout.header;
  }

  get framing(): Framing {
    return this.layout.framing;
  }

  /** Points all readers at the record. */
  private enter(record: LogRecord): Reads {
    if (record.problem !== undefined) throw record.problem;
    this.layout.enter(record);
    const { columns } = this.layout;
    if (this.reads === undefined || this.readsOf !== columns) {
      this.reads = this.readsFor(columns);
      this.readsOf = columns;
    }
    this.reads.shared.turn();
    return this.reads;
  }

  time(record: LogRecord): number {
    return this.timeOf(this.enter(record).time(record));
  }

  private timeOf(read: unknown): number {
    return typeof read === 'number' ? read : (this.origin.timestamp ?? Number.NaN);
  }

  event(record: LogRecord, id: string): LogEvent {
    const { time, ofEvent: reads } = this.enter(record);
    const { event, fields } = reads;
    const { values } = event;
    event.time = this.timeOf(time(record));
    event.id = id;
    event.record = record;
    event.layout = this.layout;
    event.version = textOf(reads.version(record)) || '1';
    event.signature = textOf(reads.signature(record)) || this.type.name;
    event.scope = textOf(reads.scope(record));
    event.label = textOf(reads.label(record)) || event.signature;
    event.category = textOf(reads.category(record));
    const severity = reads.severity(record);
    event.severity = typeof severity === 'number' ? Math.min(10, Math.max(0, severity)) : 1;
    for (const { index, read } of fields) values[index] = read(record);
    return event;
  }
}
