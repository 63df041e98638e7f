import { describe, expect, it } from 'vitest';
import { logTypeNames } from '../../formats/log-types/index.ts';
import { proofOf, SIEM, sampleRows } from '../../tools/coverage.ts';
import { logTypesPage } from '../../tools/log-types-page.ts';

describe('the coverage', () => {
  it('has each of the 41 log types of SIEM on OpenSearch, as a log type that there is', () => {
    expect(Object.keys(SIEM).length).toBe(41);
    expect(Object.values(SIEM).filter((name) => !logTypeNames.includes(name))).toEqual([]);
  });

  it('knows no sample of a log type that there is not', () => {
    const found = new Set(sampleRows().flatMap(({ types }) => [...types.keys()]));
    expect([...found].filter((name) => !logTypeNames.includes(name))).toEqual([]);
  });

  it('counts records and files of a type over all rows', () => {
    const rows = sampleRows(
      '# head\na/x\talb 2, nlb 1\t-\nb/y\talb 3\t-\nvpcflow/splunk-gdi-z\tvpc-flow 1\t-\ne/e\t-\t-\n',
    );
    expect(proofOf('alb', rows)).toEqual({ folders: ['a', 'b'], files: 2, records: 5, delivered: false });
    expect(proofOf('vpc-flow', rows)?.delivered).toBe(true);
    expect(proofOf('waf', rows)).toBeUndefined();
  });
});

describe('the page', () => {
  const page = logTypesPage();

  it('has a section for each log type, and every link within it leads somewhere', () => {
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, text = '']) =>
      text.replace(/[()]/g, '').replace(/ /g, '-'),
    );
    const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor);
    expect(links.length).toBeGreaterThan(logTypeNames.length);
    expect(links.filter((anchor) => !headings.includes(anchor))).toEqual([]);
  });

  it('has no empty cell', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('|') && !line.startsWith('|---'));
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.filter((row) => /\|\s*\|/.test(row) || row.includes('undefined'))).toEqual([]);
  });
});
