import { isUtf8 } from 'node:buffer';
import type { SchemaElement, TimeUnit } from 'hyparquet/src/types.js';
import { ESCAPE, quoted } from '../text-traits.ts';
import { damaged } from './damage.ts';
import type { Stored } from './values.ts';

/** A stored value as JSON text, a byte string; undefined for what JSON cannot say (NaN and the infinities). */
export type ToText = (value: Stored) => string | undefined;

/** What values of a column are in JSON, by its logical type or, in older files, its converted type. */
export function textOf(element: SchemaElement): ToText {
  const { type, converted_type: converted, logical_type: logical, scale = 0 } = element;
  const kind = logical?.type ?? converted;
  if (logical?.type === 'DECIMAL') return decimal(logical.scale ?? scale);
  if (logical?.type === 'TIMESTAMP') return timestamp(logical.unit, logical.isAdjustedToUTC);
  if (logical?.type === 'TIME') return timeOfDay(logical.unit);
  if (logical?.type === 'INTEGER' && !logical.isSigned) return unsigned;
  switch (kind) {
    case 'NULL':
      return () => undefined;
    case 'DECIMAL':
      return decimal(scale);
    case 'DATE':
      return (value) => inQuotes(day(BigInt(value as number)));
    case 'TIMESTAMP_MILLIS':
      return timestamp('MILLIS', true);
    case 'TIMESTAMP_MICROS':
      return timestamp('MICROS', true);
    case 'TIME_MILLIS':
      return timeOfDay('MILLIS');
    case 'TIME_MICROS':
      return timeOfDay('MICROS');
    case 'UUID':
      return (value) => inQuotes(uuid(value as Buffer));
    case 'FLOAT16':
      return (value) => finite(halfFloat(value as Buffer));
    case 'UTF8':
    case 'STRING':
    case 'ENUM':
      return (value) => stringText(value as Buffer, true);
    case 'JSON':
      return (value) => jsonText(value as Buffer);
    default:
      if (converted?.startsWith('UINT_')) return unsigned;
      if (type === 'INT96') return (value) => inQuotes(int96(value as Buffer));
      return (value) => (Buffer.isBuffer(value) ? stringText(value, false) : scalar(value));
  }
}

const inQuotes = (text: string): string => `"${text}"`;

function scalar(value: number | bigint | boolean): string | undefined {
  return typeof value === 'number' ? finite(value) : String(value);
}

function finite(value: number): string | undefined {
  return Number.isFinite(value) ? String(value) : undefined;
}

const unsigned: ToText = (value) =>
  typeof value === 'bigint' ? String(BigInt.asUintN(64, value)) : String(unsigned32(value as number));

/** Negative ones are of 32 bits. */
const unsigned32 = (value: number): number => (value < 0 ? value >>> 0 : value);

/** Text in quotes. Bytes that are no UTF-8 stay in what is said to be text, for the framing to mend; others go in base64. */
function stringText(bytes: Buffer, isText: boolean): string {
  if (!isText && !isUtf8(bytes)) return `"${bytes.toString('base64')}"`;
  return quoted(bytes.toString('latin1'), ESCAPE);
}

/** Whether a column's values are text. */
export function isText({ type, converted_type, logical_type }: SchemaElement): boolean {
  return type === 'BYTE_ARRAY' && /^(?:UTF8|STRING|ENUM)$/.test(logical_type?.type ?? converted_type ?? '');
}

/** JSON inside a column stands as it is; what is none is text. */
function jsonText(bytes: Buffer): string {
  try {
    JSON.parse(bytes.toString());
    return bytes
      .toString('latin1')
      .trim()
      .replace(/[\r\n]/g, ' ');
  } catch {
    return stringText(bytes, true);
  }
}

/** No writer knows decimals of more than 76. */
const MOST_DIGITS = 1000;

/** A number without a fraction times 10^-scale, exactly. */
function decimal(scale: number): ToText {
  if (Math.abs(scale) > MOST_DIGITS) throw damaged(`a decimal scaled by ${scale} digits`);
  return (value) => {
    const whole = Buffer.isBuffer(value) ? bigEndian(value) : BigInt(value as number | bigint);
    if (scale <= 0) return String(whole * 10n ** BigInt(-scale));
    const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, '0');
    return `${whole < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  };
}

function bigEndian(bytes: Buffer): bigint {
  return bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
}

const PER_SECOND: Readonly<Record<TimeUnit, number>> = { MILLIS: 1000, MICROS: 1_000_000, NANOS: 1_000_000_000 };

/** ISO 8601. Times that are not said to be UTC have no zone. */
function timestamp(unit: TimeUnit, isUtc: boolean): ToText {
  const perSecond = BigInt(PER_SECOND[unit]);
  return (value) => {
    const time = BigInt(value as number | bigint);
    return inQuotes(`${instant(time, perSecond)}${isUtc ? 'Z' : ''}`);
  };
}

const SECONDS_A_DAY = 86_400n;

function instant(time: bigint, perSecond: bigint): string {
  const perDay = SECONDS_A_DAY * perSecond;
  const rest = ((time % perDay) + perDay) % perDay;
  return `${day((time - rest) / perDay)}T${clock(rest, perSecond)}`;
}

/** `hh:mm:ss`, and the fraction in threes of digits as far as it is not zero. */
function clock(time: bigint, perSecond: bigint): string {
  const seconds = Number(time / perSecond);
  const part = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const fraction = String(time % perSecond)
    .padStart(String(perSecond).length - 1, '0')
    .replace(/(?:000)+$/, '');
  const clockTime = `${part(seconds / 3600)}:${part((seconds % 3600) / 60)}:${part(seconds % 60)}`;
  return fraction === '' ? clockTime : `${clockTime}.${fraction}`;
}

/** `YYYY-MM-DD`; the number of days since 1970 where a calendar has no such day. */
function day(days: bigint): string {
  const date = new Date(Number(days) * 86_400_000);
  return Number.isNaN(date.getTime()) ? String(days) : date.toISOString().slice(0, -'T00:00:00.000Z'.length);
}

function timeOfDay(unit: TimeUnit): ToText {
  const perSecond = BigInt(PER_SECOND[unit]);
  return (value) => inQuotes(clock(BigInt(value as number | bigint), perSecond));
}

/** Impala's time stamp: nanoseconds of the day, then the Julian day. It says nothing of a zone; AWS writes UTC. */
function int96(bytes: Buffer): string {
  const days = BigInt(bytes.readInt32LE(8)) - 2_440_588n;
  return `${instant(days * SECONDS_A_DAY * 1_000_000_000n + bytes.readBigInt64LE(0), 1_000_000_000n)}Z`;
}

function uuid(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function halfFloat(bytes: Buffer): number {
  const bits = bytes.readUInt16LE(0);
  const sign = bits >> 15 === 1 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 1024;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * 2 ** -14 * fraction : sign * 2 ** (exponent - 15) * (1 + fraction);
}
