import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultsOf } from './faults.ts';
import { GOOD } from './known.ts';

const CANARY = 'S3cr3tCanary';
const withToken = (token: string) => GOOD.replace('{credential: hec-token}', token);

describe('a secret written into the file is never printed', () => {
  test.each([
    CANARY,
    `"${CANARY}"`,
    `[${CANARY}]`,
    `{value: ${CANARY}}`,
    `{file: ${CANARY}}`,
    `{env: "${CANARY}-"}`,
    `{credential: ../${CANARY}}`,
    `{credential: a, file: /${CANARY}}`,
    `{${CANARY}: ${CANARY}}`,
    `{credential: {a: ${CANARY}}}`,
    `{credential:${CANARY}}`,
    `!secret ${CANARY}`,
    `@${CANARY}`,
    `"${CANARY}" x`,
    `'${CANARY}`,
    `|${CANARY}`,
  ])('token: %s', (token) => {
    const faults = faultsOf(withToken(token));
    expect(faults).not.toEqual([]);
    expect(faults.join('\n')).not.toContain(CANARY);
  });

  test('the fault says where it belongs', () => {
    expect(faultsOf(withToken(CANARY))).toEqual([
      'x.yaml:20:12: destinations[1].token: must be {credential: NAME}, {file: /PATH} or {env: NAME}, never the secret itself, is text',
    ]);
  });

  test('nor under a name that does not exist, nor in a URL, nor with the space forgotten', () => {
    const hidden = [
      withToken('{env: T}').replace('format: json', `format: json\n    tokn: ${CANARY}`),
      GOOD.replace('https://splunk', `https://admin:${CANARY}@splunk`),
      GOOD.replace('region: eu-west-1', `region: eu-west-1\n  proxy: {url: "http://u:${CANARY}@p"}`),
      GOOD.replace('  region: eu-west-1', `  {region: eu-west-1, secret_access_key:${CANARY}}`),
    ];
    for (const text of hidden) {
      expect(faultsOf(text)).not.toEqual([]);
      expect(faultsOf(text).join('\n')).not.toContain(CANARY);
    }
    expect(faultsOf(hidden[3] ?? '')).toEqual([
      'x.yaml:3:23: aws.secret_access_key: unknown setting (did you mean "secret_access_key"?); a space must follow the colon',
    ]);
  });

  test('nor after any slip of the hand', () => {
    const text = withToken(CANARY);
    const from = text.indexOf('  - name: splunk');
    const at = fc.integer({ min: from, max: text.length });
    const slip = fc.record({
      at,
      cut: fc.nat(2),
      put: fc.constantFrom(
        '',
        ' ',
        '\n',
        '\t',
        ':',
        '- ',
        '"',
        "'",
        '{',
        '[',
        ',',
        '#',
        '&',
        '*',
        '!',
        '|',
        '>',
        '%',
        '@',
        '?',
      ),
    });
    const property = fc.property(slip, ({ at, cut, put }) => {
      const slipped = text.slice(0, at) + put + text.slice(at + cut);
      expect(faultsOf(slipped).join('\n')).not.toContain(CANARY);
    });
    fc.assert(property, { numRuns: 1000 });
  });
});
