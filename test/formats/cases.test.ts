import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseCef } from '../cef-parser.ts';
import { parseLeef } from '../leef-parser.ts';
import { casesFile, NO_SAMPLES } from '../samples.ts';

/** One case of another parser's test suite. */
interface Case {
  readonly source: string;
  readonly parser: string;
  readonly name?: string;
  readonly format: 'cef' | 'leef';
  readonly kind: string;
  readonly line: string;
  readonly expect: {
    readonly error?: boolean;
    readonly header?: Record<string, string>;
    readonly extensions?: Record<string, string>;
    readonly extensionsSubset?: Record<string, unknown>;
  };
}

type Fields = Readonly<Record<string, string>>;

const nameOf = ({ format, parser, name, source }: Case): string =>
  `${format} ${parser.replace(/ \(.*/, '')}: ${name ?? source.slice(source.lastIndexOf('/') + 1)}`;

function read({ format, line }: Case): { readonly header: Fields; readonly fields: Fields } | undefined {
  try {
    if (format === 'leef') {
      const { header, attributes } = parseLeef(line);
      return { header, fields: Object.fromEntries(attributes) };
    }
    const { header, extensions } = parseCef(line);
    return { header, fields: Object.fromEntries(extensions) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Values under their labels too: some parsers store them there. */
function labelled(fields: Fields): Fields {
  const pairs = Object.entries(fields).filter(([key]) => key.endsWith('Label'));
  return { ...fields, ...Object.fromEntries(pairs.map(([key, label]) => [label, fields[key.slice(0, -5)] ?? ''])) };
}

function agrees(one: Case): boolean {
  const { error, header, extensions, extensionsSubset = {} } = one.expect;
  const got = read(one);
  if (error === true || got === undefined) return (error === true) === (got === undefined);
  const named = labelled(got.fields);
  return (
    (header === undefined || isDeepStrictEqual(got.header, header)) &&
    (extensions === undefined || isDeepStrictEqual(got.fields, extensions)) &&
    Object.entries(extensionsSubset).every(([key, value]) => named[key] === String(value))
  );
}

/** Where our readers follow the standard and another one does not, and why. */
const DIFFER: Readonly<Record<string, readonly string[]>> = {
};

describe('the strict readers of the tests', () => {
  it('agree with the cases of other parsers, but for those that leave the standard', (context) => {
    const all = casesFile('cef-leef-cases.json') as readonly Case[] | undefined;
    if (all === undefined) return context.skip(NO_SAMPLES);
    const cases = all.filter(({ kind }) => kind === 'parse');
    expect(cases.length).toBeGreaterThan(200);
    const differing = [...new Set(cases.filter((one) => !agrees(one)).map(nameOf))];
    expect(differing.sort()).toEqual(Object.values(DIFFER).flat().sort());
  });
});
