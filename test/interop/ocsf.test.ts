import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { goldenFrames } from '../formats/golden-frames.ts';

const python = fileURLToPath(new URL('../../.cache/interop/ocsf/bin/python', import.meta.url));
const script = fileURLToPath(new URL('ocsf-validate.py', import.meta.url));

interface Fault {
  readonly at: string;
  readonly rule: string;
  readonly says: string;
}

/** What the schemas, as their authors publish them, find wrong with each of these events. */
function faultsOf(lines: readonly string[]): Fault[][] {
  const { stdout, stderr, status } = spawnSync(python, [script], {
    input: lines.map((line) => `${line}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  expect(status, stderr).toBe(0);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Fault[]);
}

/**
 * What a record may not hold, and what it may hold that is not what OCSF expects: nothing is made up, and nothing is
 * changed. A kind of value that is wrong is never of these.
 */
const OF_THE_RECORD = new Set(['required', 'anyOf', 'pattern']);

describe('the schemas of OCSF', () => {
  if (!existsSync(python)) {
    it('NOT RUN: they come as a Python package, and there is no Python', (context) => context.skip());
    return;
  }
  const golden = goldenFrames('ocsf').flatMap(([name, lines]) =>
    lines.filter((line) => !isNative(name, line)).map((line) => [name, line] as const),
  );

  it('take every golden event, but for what its record does not hold', () => {
    const all = faultsOf(golden.map(([, line]) => line));
    expect(all.length).toBe(golden.length);
    const grave = all.flatMap((faults, index) =>
      faults.filter(({ rule }) => !OF_THE_RECORD.has(rule)).map((fault) => ({ case: golden[index]?.[0], ...fault })),
    );
    expect(grave).toEqual([]);
    // Odd values are a good part of the cases.
    expect(all.filter((faults) => faults.length === 0).length).toBeGreaterThan(golden.length / 2);
  });

  it('would tell a wrong kind of value', () => {
    const [, line = ''] = golden.find(([name]) => name.startsWith('vpc-flow/')) ?? [];
    const [faults = []] = faultsOf([line.replace(/"time":(\d+)/, '"time":"$1"')]);
    expect(faults.map(({ at, rule }) => `${at} ${rule}`)).toContain('time type');
  });
});

/** A record that came in as OCSF is as its writer made it. */
function isNative(name: string, line: string): boolean {
  const { metadata } = JSON.parse(line) as { readonly metadata?: { readonly log_name?: string } };
  return metadata?.log_name !== name.split('/')[0];
}
