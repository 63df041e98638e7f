import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { UsageError } from '../../../agent/command.ts';
import { check } from '../../../agent/commands/check.ts';

const CANARY = 'S3cr3tCanary';
let directory = '';
let file = '';

const good = () => `version: 1
aws: {region: eu-west-1}
queues:
  - {name: archive, url: "https://sqs.eu-west-1.amazonaws.com/111122223333/q", buckets: [logs], destinations: [siem, qradar]}
destinations:
  - {name: siem, type: hec, format: json, url: "https://splunk.example:8088", token: {env: HEC_TOKEN}}
  - {name: qradar, type: syslog, format: leef, host: qradar.example}
state_dir: ${directory}
`;
const withUnused = () =>
  good().replace(
    'state_dir',
    '  - {name: spare, type: hec, format: json, url: "https://b.example", token: {env: HEC_TOKEN}}\nstate_dir',
  );

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'trailferry-'));
  file = join(directory, 'x.yaml');
  vi.stubEnv('HEC_TOKEN', CANARY);
});
afterEach(() => {
  rmSync(directory, { recursive: true });
  vi.unstubAllEnvs();
});

async function run(text: string, ...args: string[]) {
  writeFileSync(file, text);
  return runOn(['--config', file, ...args]);
}

async function runOn(args: string[]) {
  const said = { out: '', err: '' };
  const io = {
    out(text: string) {
      said.out += text;
    },
    err(text: string) {
      said.err += text;
    },
  };
  const code = await check.run(parseArgs({ args, options: check.options, allowPositionals: true }), io);
  expect(said.out + said.err).not.toContain(CANARY);
  return { code, ...said };
}

test('a good configuration: exit 0, and what will go where', async () => {
  expect(await run(good())).toEqual({
    code: 0,
    err: '',
    out: `${file}: OK
  queue archive (https://sqs.eu-west-1.amazonaws.com/111122223333/q) -> siem, qradar
  destination siem: json by hec, delivery indexed
  destination qradar: leef by syslog, delivery confirmed (confirm: close-notify)
`,
  });
});

test('a bad one: exit 78, every fault by place, nothing on stdout', async () => {
  expect(await run(good().replace('format: json', 'format: jsn').replace('[siem, ', '[sime, '))).toEqual({
    code: 78,
    out: '',
    err: `${file}:4:112: queues[0].destinations[0]: no destination is called "sime" (did you mean "siem"?)
${file}:6:37: destinations[0].format: must be one of leef, cef, json, raw, splunk, ocsf, ecs, is the text "jsn" (did you mean "json"?)
${file}: not usable: 2 faults, 0 warnings
`,
  });
});

test('what the host lacks is a fault as well', async () => {
  vi.stubEnv('HEC_TOKEN', undefined);
  expect(await run(good())).toEqual({
    code: 78,
    out: '',
    err: `${file}:6:86: destinations[0].token: environment variable HEC_TOKEN is not set [TF-SECRET-ENV]
${file}: not usable: 1 fault, 0 warnings
`,
  });
});

test.each([
  ['protocol: tcp', 'destinations[1].protocol: TCP confirms and encrypts nothing'],
  ['protocol: udp', 'destinations[1].protocol: UDP confirms and encrypts nothing'],
  ['confirm: none', 'destinations[1].confirm: confirm: none counts events as delivered that the receiver has not read'],
])('what loses events is a warning, with what to use instead: %s', async (given, warning) => {
  const { code, err } = await run(good().replace('qradar.example}', `qradar.example, ${given}}`));
  expect([code, err]).toEqual([0, expect.stringMatching(/; use .* \(warning\)\n$/)]);
  expect(err).toContain(warning);
});

test('warnings fail only with --strict', async () => {
  const warning = `${file}:8:12: destinations[2].name: no queue sends anything here (warning)\n`;
  expect(await run(withUnused())).toMatchObject({ code: 0, err: warning });
  expect(await run(withUnused(), '--strict')).toEqual({
    code: 78,
    out: '',
    err: `${warning}${file}: not usable: 0 faults, 1 warning\n`,
  });
});

describe('-o json', () => {
  test('is one object, good or bad', async () => {
    const { code, out, err } = await run(withUnused(), '-o', 'json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const warning = {
      file,
      line: 8,
      column: 12,
      path: 'destinations[2].name',
      message: 'no queue sends anything here',
    };
    expect(JSON.parse(out)).toEqual({ ok: true, faults: [], warnings: [warning] });

    const bad = await run(good().replace('version: 1', 'version: 2'), '-o', 'json');
    const fault = {
      file,
      line: 1,
      column: 10,
      path: 'version',
      message: 'must be 1, the only version that there is, is 2',
    };
    expect(bad).toMatchObject({ code: 78, err: '' });
    expect(JSON.parse(bad.out)).toEqual({ ok: false, faults: [fault], warnings: [] });
  });

  test('says by ok what --strict makes of a warning', async () => {
    expect(JSON.parse((await run(withUnused(), '-o', 'json', '--strict')).out)).toMatchObject({
      ok: false,
      faults: [],
    });
  });
});

test('without --config the packaged place is read', async () => {
  vi.stubEnv('HEC_TOKEN', undefined);
  expect((await runOn([])).err).toMatch(/^\/etc\/trailferry\/trailferry\.yaml:1:1: cannot be read \(ENOENT/);
});

test.each([[['extra.yaml']], [['-o', 'xml']]])('%j is no usage', async (args) => {
  await expect(runOn(args)).rejects.toThrow(UsageError);
});
