/** Units with what they hold, the largest first. */
type Units = Readonly<Record<string, number>>;

const MILLISECONDS: Units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** IEC 80000-13: KiB is 1024, kB is 1000. */
const BYTES: Units = { GiB: 2 ** 30, MiB: 2 ** 20, KiB: 2 ** 10, GB: 1e9, MB: 1e6, kB: 1e3, B: 1 };

/** How a duration is written: a whole number and its unit. There is no default unit: "10" can be read in three ways. */
export const DURATION = pattern(MILLISECONDS);

/** How a size is written with a unit. */
export const SIZE = pattern(BYTES);

/** The longest that a Node.js timer can wait; a longer one would fire at once. */
export const LONGEST_MS = 2 ** 31 - 1;

/** Milliseconds of a text that matches `DURATION`. */
export function milliseconds(written: string): number {
  return amount(written, DURATION, MILLISECONDS);
}

/** Bytes of a text that matches `SIZE`. */
export function bytes(written: string): number {
  return amount(written, SIZE, BYTES);
}

/** `120000` as "2m". */
export function asDuration(ms: number): string {
  return inUnits(ms, MILLISECONDS);
}

/** `65536` as "64KiB". */
export function asSize(count: number): string {
  return inUnits(count, BYTES);
}

/** Six digits at most, so that no unit carries a number out of the safe integers. */
function pattern(units: Units): RegExp {
  return new RegExp(`^(\\d{1,6})(${Object.keys(units).join('|')})$`);
}

function amount(written: string, form: RegExp, units: Units): number {
  const [, digits, unit = ''] = form.exec(written) ?? [];
  return Number(digits) * (units[unit] ?? Number.NaN);
}

function inUnits(value: number, units: Units): string {
  const [unit, size] = Object.entries(units).find(([, size]) => value >= size && value % size === 0) ?? ['', 1];
  return `${value / size}${unit || Object.keys(units).at(-1)}`;
}
