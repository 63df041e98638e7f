/** Severities of sd-daemon(3): journald reads them from a line's beginning. */
const LEVEL = { error: 3, warning: 4, notice: 5, info: 6 } as const;

export type Level = keyof typeof LEVEL;

/** Writes one line of the agent's own log. Values are names, codes and counts; what a record says never goes here. */
export type Log = (level: Level, message: string, values?: Readonly<Record<string, string | number>>) => void;

/** Everything a terminal or a reader of lines might act on, turning text around included: messages quote strangers. */
export function clean(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, ' ');
}

/** A log to `write`; the sd-daemon prefix stands only where journald will read it. */
export function createLog(write: (line: string) => void, journald: boolean): Log {
  return (level, message, values = {}) => {
    const pairs = Object.entries(values).map(([name, value]) => ` ${name}=${clean(String(value))}`);
    write(`${journald ? `<${LEVEL[level]}>` : `${level}: `}${clean(message)}${pairs.join('')}\n`);
  };
}
