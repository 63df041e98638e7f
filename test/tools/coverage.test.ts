import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allLogTypes, logTypeNames } from '../../formats/log-types/index.ts';
import { COVERAGE } from '../../tools/coverage.ts';
import { logTypesPage } from '../../tools/log-types-page.ts';
import { convertBytes } from '../formats/convert.ts';
import { parseLeef } from '../leef-parser.ts';
import { NO_SAMPLES, sample, samplesDir, samplesIn } from '../samples.ts';

/** Log types of SIEM on Amazon OpenSearch Service 2.10. */
const SIEM = `alb apache-access apache-error clb clientvpn cloudfront-realtime cloudfront-standard cloudhsm cloudtrail
  config-history config-rules config-snapshot directory-service elasticache-redis-slowlog fsx-win guardduty inspector
  linux-os-syslog linux-secure msk networkfirewall nginx-access nginx-error nlb ocsf-json opensearch-audit rds-mysql-audit
  rds-mysql-error rds-mysql-general rds-mysql-slowquery rds-postgresql route53resolver s3accesslog securityhub securitylake
  trustedadvisor vpcflowlogs waf windows-event workspaces-event workspaces-inventory`.split(/\s+/);

describe('the coverage', () => {
  it('speaks of every log type', () => {
    expect(logTypeNames.filter((name) => COVERAGE[name] === undefined)).toEqual([]);
  });

  it('has each of the 41 log types of SIEM on OpenSearch once', () => {
    const covered = Object.values(COVERAGE).flatMap(({ siem = [] }) => siem);
    expect(covered.sort()).toEqual(SIEM);
  });

  it('names samples exactly where there are any', () => {
    for (const [name, { proof, samples = [] }] of Object.entries(COVERAGE))
      expect(proof === 'written', name).toBe(samples.length === 0);
  });

  it.runIf(samplesDir() !== undefined).each(logTypeNames)('%s: its samples hold records of it', async (name) => {
    const products = allLogTypes.filter((type) => type.name === name).map(({ spec }) => spec.product);
    for (const folder of COVERAGE[name]?.samples ?? []) {
      expect(existsSync(join(samplesDir() ?? '', folder)), folder).toBe(true);
      if (folder.startsWith('parquet') || folder === 'security-lake') continue;
      const found = new Set<string>();
      for (const path of samplesIn(folder).slice(0, 12)) {
        const { outputs } = await convertBytes([sample(path)], { key: path });
        for (const { text } of outputs.leef.frames) found.add(parseLeef(text).header['product'] ?? '');
      }
      expect(
        [...found].some((product) => products.includes(product)),
        `${folder}: ${[...found]}`,
      ).toBe(true);
    }
  });
  if (samplesDir() === undefined) it(`NOT RUN: ${NO_SAMPLES}`, (context) => context.skip(NO_SAMPLES));
});

it('the page has a section for each log type, and every link within it leads somewhere', () => {
  const page = logTypesPage();
  const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, text = '']) =>
    text.replace(/[()]/g, '').replace(/ /g, '-'),
  );
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor);
  expect(links.length).toBeGreaterThan(logTypeNames.length);
  expect(links.filter((anchor) => !headings.includes(anchor))).toEqual([]);
});
