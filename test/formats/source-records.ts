import { gunzipSync } from 'node:zlib';

/**
 * What a log object holds, found out in the simplest way, with all of it in memory: the measure for framings and log
 * types. Shares no code with them.
 */
export type Json = { readonly [name: string]: unknown };

/** The plain text of an object: all gzip layers taken off. */
export function plainText(bytes: Buffer): string {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? plainText(gunzipSync(bytes)) : bytes.toString('utf8');
}

/** JSON records: of `Records`, of an array, or values one after another. @throws {SyntaxError} when it is no JSON */
export function jsonRecords(text: string): Json[] {
  const values = text.split(/(?<=\})\s*(?=\{)/).map((part) => part.trim());
  const whole = parsed(text);
  if (Array.isArray(whole)) return whole as Json[];
  if (whole !== undefined) return Array.isArray(whole['Records']) ? (whole['Records'] as Json[]) : [whole];
  return values.filter((part) => part !== '').map((part) => JSON.parse(part) as Json);
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** Lines that are no blank ones. */
export function textLines(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line !== '');
}

/** Flow log lines by their header's names; lines without a header have the default ones. */
export function flows(text: string): { readonly line: string; readonly columns: Json }[] {
  let names =
    'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status';
  return textLines(text).flatMap((line) => {
    const header = /^[a-z-]+( [a-z0-9-]+)+$/.test(line);
    if (header) names = line;
    const cells = line.split(' ');
    return header ? [] : [{ line, columns: Object.fromEntries(names.split(' ').map((name, at) => [name, cells[at]])) }];
  });
}
