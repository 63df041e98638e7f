import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AWS_MEANINGS, AWS_NOTES } from '../../tools/error-codes.ts';
import { errorSections, errorsPage } from '../../tools/errors-page.ts';
import { connectionFaults } from '../../transports/connection-faults.ts';

const FOLDERS = ['formats', 'transports', 'config', 'agent'] as const;

/** A code, but not the beginning of one, and no UTF-8. */
const CODE = /(?<![A-Z])TF(?:-[A-Z0-9]+)+(?![-\w*$])/g;
/** A text from which codes are made: `TF-${name}-CORRUPT`. */
const TEMPLATE = /`(TF-(?:[^`$]|\$\{[^}]*\})*)`/g;

const sources = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ path: join(folder, name), text: readFileSync(join(folder, name), 'utf8') })),
);

/** What a pattern finds, with the files where it does. */
function found(pattern: RegExp, group: number): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>();
  for (const { path, text } of sources) {
    for (const match of text.matchAll(pattern)) {
      const known = places.get(match[group] ?? '') ?? [];
      if (!known.includes(path)) places.set(match[group] ?? '', [...known, path]);
    }
  }
  return places;
}

const listed = new Set(errorSections.flatMap(({ entries }) => Object.keys(entries)));
const literals = found(CODE, 0);
const templates = [...found(TEMPLATE, 1)]
  .filter(([text]) => text.includes('${'))
  .map(([text, places]) => ({ text, places, pattern: patternOf(text) }));

/** `*` stands for any digits or letters, as the page writes families of codes. */
function patternOf(template: string): RegExp {
  const parts = template.split(/\$\{[^}]*\}/).map((part) => part.replace(/[^\w-]/g, '\\$&'));
  return new RegExp(`^${parts.join('[A-Z0-9x*]+')}$`);
}

/** `TF-RELP` alone is what a transport puts before the codes of its connection. */
function isPrefix(code: string): boolean {
  return code.split('-').length === 2 && [...listed].some((one) => one.startsWith(`${code}-`));
}

const ofConnections = new Set(
  [...literals.keys()].filter(isPrefix).flatMap((prefix) => Object.keys(connectionFaults(prefix))),
);

describe('the page of errors', () => {
  it('has every code that stands in the sources', () => {
    const missing = [...literals].filter(([code]) => !listed.has(code) && !isPrefix(code));
    const told = missing.map(
      ([code, places]) =>
        `${code} (${places.join(', ')}) is not on the page: add "'${code}': [what it means, what to do]," to the list in ` +
        'tools/error-codes.ts for the place where it is raised, under its outcome; then run "npm run docs"',
    );
    expect(told).toEqual([]);
  });

  it('has codes for every text from which codes are made', () => {
    const bare = templates.filter(({ pattern }) => ![...listed].some((code) => pattern.test(code)));
    const told = bare.map(
      ({ text, places }) =>
        `\`${text}\` (${places.join(', ')}) makes codes of which none is on the page: add each of them to tools/error-codes.ts`,
    );
    expect(told).toEqual([]);
  });

  it('has no code that nothing raises', () => {
    const raised = (code: string): boolean =>
      literals.has(code) || ofConnections.has(code) || templates.some(({ pattern }) => pattern.test(code));
    const told = [...listed]
      .filter((code) => !raised(code))
      .map((code) => `${code} stands in no source: take it out of tools/error-codes.ts`);
    expect(told).toEqual([]);
  });

  it('says of each what it means, what to do, and what becomes of the records', () => {
    for (const { entries } of errorSections) {
      for (const [code, { means, remedy, outcome }] of Object.entries(entries)) {
        expect(means, `${code} needs a meaning in tools/error-codes.ts`).toMatch(/\S{2}.*[.!?]$/);
        expect(means, `${code} needs its text in HEC_TEXTS of tools/error-codes.ts`).not.toContain('""');
        expect([remedy, outcome], code).toEqual([expect.stringMatching(/.{5}[.!?]$/), expect.stringMatching(/\w/)]);
      }
    }
    const aws = [...Object.keys(AWS_MEANINGS), ...Object.keys(AWS_NOTES)];
    expect(aws.filter((code) => !listed.has(code))).toEqual([]);
  });

  it('is a table of four columns throughout', () => {
    const rows = errorsPage()
      .split('\n')
      .filter((line) => line.startsWith('| `TF-'));
    expect(rows.length).toBeGreaterThanOrEqual(listed.size);
    for (const row of rows) expect(row.replaceAll('\\|', '').split('|'), row).toHaveLength(6);
  });
});
