import type { FieldName, LogEvent } from '../event.ts';

/** The JSON text of one value of an event; '' when it has none. Fields named in `without` are left out. */
export type WriteJson = (event: LogEvent, without?: ReadonlySet<FieldName>) => string;

/** One object of a tree: its members in the order in which they were added. */
interface Branch {
  readonly members: Map<string, Branch | WriteJson>;
  /** A list with this object as its only item. */
  list: boolean;
}

/** By name of the object, then of its member. */
type Fallbacks = Readonly<Record<string, Readonly<Record<string, string>>>>;

const isBranch = (node: Branch | WriteJson | undefined): node is Branch => typeof node === 'object';

/**
 * Nested JSON out of dotted paths. `a.b` is a member of an object, `a.0.b` a member of the only item of a list, `a.0` a
 * list of one value. An object without members is left out. Laid out once a log type; nothing is parsed or merged later.
 */
export class JsonTree {
  private readonly root: Branch = { members: new Map(), list: false };
  private readonly fallbacks: Fallbacks;

  /** @param fallbacks JSON of members that objects of a name must have: written beside others where nothing writes them */
  constructor(fallbacks: Fallbacks = {}) {
    this.fallbacks = fallbacks;
  }

  /** Puts a value at a path, or at these names. @returns false, and does nothing, when something stands there */
  add(path: string | readonly string[], write: WriteJson): boolean {
    const names = typeof path === 'string' ? path.split('.') : path;
    const last = names.at(-1) === '0' ? names.at(-2) : names.at(-1);
    const branch = this.branchOf(names.slice(0, names.at(-1) === '0' ? -2 : -1));
    if (branch === undefined || last === undefined || branch.members.has(last)) return false;
    branch.members.set(last, names.at(-1) === '0' ? listed(write) : write);
    return true;
  }

  private branchOf(names: readonly string[]): Branch | undefined {
    let branch = this.root;
    for (const name of names) {
      if (name === '0') branch.list = true;
      else {
        const next = branch.members.get(name) ?? { members: new Map(), list: false };
        if (!isBranch(next)) return undefined;
        branch.members.set(name, next);
        branch = next;
      }
    }
    return branch;
  }

  /** The writer of the whole object. */
  compile(): WriteJson {
    return this.writerOf(this.root, '');
  }

  private writerOf({ members, list }: Branch, name: string): WriteJson {
    const fallbacks = this.fallbacks[name] ?? {};
    const all = new Map([
      ...members,
      ...Object.keys(fallbacks).flatMap((key) => (members.has(key) ? [] : ([[key, SILENT]] as const))),
    ]);
    const parts = [...all].map(([key, node]) => ({
      before: `${JSON.stringify(key)}:`,
      write: isBranch(node) ? this.writerOf(node, key) : node,
      fallback: fallbacks[key] ?? '',
    }));
    const [opens, closes] = list ? ['[{', '}]'] : ['{', '}'];
    return (event, without) => {
      let text = '';
      let required = '';
      for (const { before, write, fallback } of parts) {
        const value = write(event, without);
        if (value !== '') text += text === '' ? before + value : `,${before}${value}`;
        else if (fallback !== '') required += `,${before}${fallback}`;
      }
      return text === '' ? '' : opens + text + required + closes;
    };
  }
}

const SILENT: WriteJson = () => '';

function listed(write: WriteJson): WriteJson {
  return (event, without) => {
    const value = write(event, without);
    return value === '' ? '' : `[${value}]`;
  };
}
