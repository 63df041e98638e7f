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
  'takes another value separator than `=` by option': [
    'cef axosyslog: test_forced_value_separator',
    'leef axosyslog: test_forced_value_separator',
  ],
  'takes another pair separator than the line’s by option': [
    'leef axosyslog: test_forced_pair_separator_v2_with_delimiter_field',
    'leef axosyslog: test_forced_pair_separator_v2_with_empty_delimiter_field',
  ],
  'takes any severity; the standard knows 0 to 10 and five words': [
    'cef axosyslog: test_header_do_not_strip_whitespaces',
    'cef beats decode_cef: empty header fields and empty value',
    'cef beats decode_cef: golden: JSON value, severity word',
    'cef fluent-plugin-parser_cef: strict mode drops keys not in the dictionary',
    'cef fluent-plugin-parser_cef: syslog header with tag',
    'cef logstash-codec-cef: escaped pipes in every header field',
    'cef vrl parse_cef: doc example: Parse CEF with empty value',
    'cef vrl parse_cef: missing_value',
    'cef vrl parse_cef: test_parse_empty_value',
  ],
  'takes `CEF:` behind anything; the standard wants it behind a syslog header and a space': [
    'cef beats decode_cef: leading_garbage is skipped up to "CEF:"',
    'cef graylog-plugin-cef: arcsight-f5-asm-certified-cef-onfiguration-guide_page10_example1',
    'cef graylog-plugin-cef: arcsight-f5-asm-certified-cef-onfiguration-guide_page11_example1',
    'cef graylog-plugin-cef: arcsight-f5-asm-certified-cef-onfiguration-guide_page7_example2',
    'cef graylog-plugin-cef: arcsight-f5-asm-certified-cef-onfiguration-guide_page8_example1',
    'cef graylog-plugin-cef: arcsight-f5-asm-certified-cef-onfiguration-guide_page9_example1',
  ],
  'takes a line end inside a message': ['cef beats decode_cef: tabMessage: raw tab/CR/LF inside a value are preserved'],
  'drops an empty value, since it is typed': [
    'cef beats decode_cef: emptyExtensionValue: an empty typed value (dst=) is an error and is dropped',
  ],
  'gives typed values and full names of keys': [
    'cef graylog-plugin-cef: ext_custom_labels_with_full_names',
    'cef graylog-plugin-cef: ossec_example1_rootshell_be',
  ],
  'takes a backslash that escapes nothing': [
    'cef jcustenborder cef-parser: Message2',
    'cef logstash-codec-cef: unescaped backslashes in value kept',
  ],
  'takes a header without its last pipe': [
    'cef jcustenborder cef-parser: Message7',
    'cef otel ottl ParseCEF: no trailing pipe (lenient)',
    'leef otel ottl ParseLEEF: 2.0 no trailing pipe after delimiter',
    'leef otel ottl ParseLEEF: no trailing pipe (lenient)',
  ],
  'takes an equals sign without a backslash in a value': [
    'cef logstash-codec-cef: connector-style event with dtz',
    'cef vrl parse_cef: non_strict_unescaped_equals',
  ],
  'takes keys that are no alphanumeric word': ['cef logstash-codec-cef: random key-looking text with escaped = in cs4'],
  'trims values; by the standard a space before a key belongs to the value before it': [
    'cef logstash-codec-cef: one or more spaces between keys (trimmed by logstash)',
    'cef logstash-codec-cef: spaces in values',
    'cef vrl parse_cef: test_extension_trailing_whitespace',
    'leef otel ottl ParseLEEF: whitespace around keys/values trimmed by OTel',
  ],
  'takes a key twice': [
    'cef pycef: testdata.cef:3',
    'leef datadog-agent ParseCEFLEEF: duplicate keys: last wins (ulstp keeps the first; QRadar may ignore the duplicate)',
  ],
  'puts values under their labels and drops the keys': ['cef vrl parse_cef: translate_custom_fields'],
  'wants a label beside each custom slot, by option': ['cef vrl parse_cef: missing_custom_label'],
  'turns an escaped carriage return into a line feed': ['cef vrl parse_cef: test_extension_newline'],
  'takes quotes off': ['cef vrl parse_cef: test_strip_quotes'],
  'takes an empty header field': ['leef axosyslog: test_empty_header'],
  'knows an escape, of which IBM says nothing': ['leef axosyslog: test_header_escaped_delimiter'],
  'takes a delimiter of several characters for none': ['leef axosyslog: test_header_custom_invalid_delimiter'],
  'takes a header of version 2.0 without its delimiter field': [
    'leef axosyslog: test_v2_no_delimiter_field',
    'leef splunk-connect-for-syslog: 2.0 delimiter field omitted',
  ],
  'skips what is no key and value': [
    'leef datadog-agent ParseCEFLEEF: token without = skipped',
    'leef otel ottl ParseLEEF: attribute without = is skipped',
    'leef otel ottl ParseLEEF: leading delimiter',
    'leef otel ottl ParseLEEF: trailing delimiter',
  ],
  'knows fewer hexadecimal delimiters than IBM, and more': [
    'leef otel ottl ParseLEEF: hex two bytes 0x0909 (IBM allows 1-4 hex digits, OTel rejects)',
    'leef otel ottl ParseLEEF: upper-case hex prefix',
  ],
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
