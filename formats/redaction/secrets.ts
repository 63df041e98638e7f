import { FormatError } from '../framing/record.ts';
import { jsonText, members, placesOf } from './json-places.ts';
import { type Replacement, replaced } from './replace.ts';

/** What stands in the records of a log type and is a secret: masked wherever nobody asks for it. */
export interface Secrets {
  /** URLs, which may be presigned: who has such a URL can do what it was signed for. */
  readonly signedUrls?: true;
  /** Path of a JSON list of HTTP headers, each `{name, value}`: cookies and credentials are among them. */
  readonly headers?: string;
}

/** A change of a record's text. Gives the very text back when there is nothing to change. @throws {FormatError} */
export type Rewrite = (text: string) => string;

/** What takes the secrets of a log type out of its records. */
export function rewriteSecrets({ signedUrls, headers }: Secrets): Rewrite | undefined {
  const path = headers?.split('.');
  if (path === undefined) return signedUrls === true ? maskSignatures : undefined;
  if (signedUrls !== true) return (text) => maskHeaders(text, path);
  return (text) => maskHeaders(maskSignatures(text), path);
}

/**
 * The values of a presigned URL that are its secret (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html;
 * of CloudFront, and of S3 by its old scheme, the parameter `Signature`), also where the URL is itself a parameter of
 * another. A value ends where the next parameter or the URL does.
 */
const SIGNED =
  /((?:X-Amz-(?:Signature|Security-Token|Credential)|(?<=^|[^\w%-]|%(?:25)?(?:26|3F))Signature)(?:=|%3D|%253D))(?:[^&%\s"'\\<>]|%(?!26|2526))+/gi;

/** Without any of these and `\\u` in a text, `rewriteSecrets` changes nothing in it. */
export function wordsOfSecrets({ signedUrls, headers }: Secrets): readonly string[] {
  const ofHeaders = headers === undefined ? [] : [headers.split('.').at(-1) ?? ''];
  return signedUrls === true ? [...SIGNED_WORDS, ...ofHeaders] : ofHeaders;
}

/** Not the bare word: `SignatureVersion` stands in most records of S3. */
const SIGNED_WORDS = ['X-Amz-', 'Signature=', 'Signature%'] as const;

function maskSignatures(text: string): string {
  return SIGNED_WORDS.some((word) => text.includes(word)) ? text.replace(SIGNED, '$1***') : text;
}

/** Names of headers whose values let one act as somebody else. */
const SECRET_HEADERS = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-amz-security-token',
]);
const ANY_SECRET_HEADER = /authorization|cookie|x-amz-security-token/i;

function maskHeaders(text: string, path: readonly string[]): string {
  // Records without headers go without the dear search. A name may be written with escapes: then it is looked for in full.
  if (!text.includes(path.at(-1) ?? '') && !text.includes('\\u')) return text;
  if (!ANY_SECRET_HEADER.test(text)) return text;
  const json = jsonText(text);
  const found: Replacement[] = [];
  for (const place of placesOf(json, [...path, '*'])) {
    if (json.bytes[place.start] !== 0x7b) continue;
    const names = members(json, place, 'name').map(({ start, end }) => textAt(text, start, end));
    if (!names.some((name) => SECRET_HEADERS.has(name.toLowerCase()))) continue;
    for (const { start, end } of members(json, place, 'value')) found.push({ start, end, text: '"***"' });
  }
  return replaced(text, found);
}

/** Most names are a string without an escape. */
const PLAIN = /^"[^"\\\x00-\x1f]*"$/;

function textAt(text: string, start: number, end: number): string {
  const json = text.substring(start, end);
  if (PLAIN.test(json)) return json.substring(1, json.length - 1);
  try {
    return String(JSON.parse(json));
  } catch (error) {
    throw new FormatError('TF-REDACT-PLACE', 'the name of a header cannot be read', error);
  }
}
