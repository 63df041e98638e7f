import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { check } from '../../agent/commands/check.ts';
import { convert } from '../../agent/commands/convert.ts';
import { LOOKUPS } from '../../formats/enrichment.ts';
import { CEF_KEYS } from '../../formats/wire/cef-keys.ts';
import { ECS_NAMES } from '../../formats/wire/ecs-names.ts';
import { INDEXED_NAMES } from '../../formats/wire/indexed-fields.ts';
import { LEEF_KEYS } from '../../formats/wire/leef-keys.ts';
import { runCommand } from '../agent/commands/cli.ts';

const GUIDE = fileURLToPath(new URL('../../docs/guides/enrichment.md', import.meta.url));
let guide: string;
beforeAll(() => {
  guide = readFileSync(GUIDE, 'utf8');
});

test('the example of the guide does what the guide says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trailferry-guide-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const block = (kind: string): string => new RegExp(`\`\`\`${kind}\n(.*?)\`\`\``, 's').exec(guide)?.[1] ?? '';
  const put = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const accounts = put('accounts.csv', block('csv'));
  const config = block('yaml').replace('/etc/trailferry/accounts.csv', accounts);
  const path = put('trailferry.yaml', `${config}state_dir: ${folder}\n`);
  expect((await runCommand(check, ['--config', path])).code).toBe(0);
  const flow = put('flow', '2 444455556666 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 40 1772600400 1772600460 ACCEPT OK\n');
  const { out } = await runCommand(convert, ['--config', path, '--explain', flow]);
  expect(out).toMatch(/awsAccountName +Sandbox, EU {2}<- accounts_file by cloud\.account\n/);
  expect(out).toMatch(/label_environment +prod {2}<- static_labels\n/);
});

test('the table of the guide names the fields as they are named', () => {
  for (const field of Object.keys(LOOKUPS) as (keyof typeof LOOKUPS)[]) {
    if (field.startsWith('destination.')) continue;
    const names = [field, LEEF_KEYS[field]?.key, CEF_KEYS[field]?.key, INDEXED_NAMES[field]];
    const ecs = (ECS_NAMES[field] ?? []).map(({ path }) => path.replace(/\.(?:lat|lon)$/, ''));
    const row = guide.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${field}\``)) ?? '';
    for (const name of [...names, ...ecs]) if (name !== undefined) expect(row).toContain(`\`${name}\``);
  }
});
