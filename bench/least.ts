/**
 * The least that any converter must do with the bytes of an object: parse each JSON record, split each line into fields.
 * It knows where the records are, which a converter must find out.
 */
export type Least = () => void;

/** One `JSON.parse` a record. */
export function parseEach(bytes: Buffer, spans: readonly (readonly [start: number, end: number])[]): Least {
  return () => {
    for (const [start, end] of spans) sink(JSON.parse(bytes.toString('latin1', start, end)));
  };
}

/** V8 decodes longer strings a hundred times slower. */
const WINDOW_BYTES = 90_000;

/** Splits lines, then each line into fields. */
export function splitEach(bytes: Buffer, fields: (line: string) => unknown): Least {
  return () => {
    let rest = '';
    for (let at = 0; at < bytes.length; at += WINDOW_BYTES) {
      const lines = (rest + bytes.toString('latin1', at, at + WINDOW_BYTES)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) sink(fields(line));
    }
    sink(fields(rest));
  };
}

/** Keeps what was made, so that the making is not optimised away. */
function sink(value: unknown): void {
  made = value;
}
let made: unknown;
export const lastMade = (): unknown => made;

const spaces = (line: string): unknown => line.split(' ');

/** Every second part stands between quotes and is a field by itself. */
const quoted =
  (quote: string, mark: string) =>
  (line: string): unknown => {
    const parts = line.split(quote);
    return parts.map((part, index) => (index % 2 === 1 ? part : part.split(mark)));
  };

/** How the lines of a log type are split where it is not by spaces. */
const FIELDS: Readonly<Record<string, (line: string) => unknown>> = {
  alb: quoted('"', ' '),
  'alb-connection': quoted('"', ' '),
  'alb-health-check': quoted('"', ' '),
  clb: quoted('"', ' '),
  's3-access': quoted('"', ' '),
  'apache-access': quoted('"', ' '),
  'nginx-access': quoted('"', ' '),
  'rds-mysql-audit': quoted("'", ','),
  cloudfront: (line) => line.split('\t'),
  'redshift-connection': (line) => line.split('|'),
  'redshift-user': (line) => line.split('|'),
  cloudhsm: (line) => line.split(' : '),
  'windows-event': (line) => line.split('<').map((part) => part.split('>')),
};

export function fieldsOf(type: string): (line: string) => unknown {
  return FIELDS[type] ?? spaces;
}
