import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parseCef } from '../cef-parser.ts';
import { convertBytes } from '../formats/convert.ts';
import { NO_SAMPLES, sample, samplesDir, samplesIn } from '../samples.ts';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const ROOT = path('../../.cache/interop/lognorm/usr');
const GOLDEN = path('../formats/log-types/');

/** What Debian's liblognorm reads in a CEF message. */
interface Read {
  readonly f?: {
    readonly SignatureID: string;
    readonly Name: string;
    readonly Extensions: Readonly<Record<string, string>>;
  };
  readonly 'unparsed-data'?: string;
}

/** Reads lines as liblognorm does. It loses the first character behind the header: a space is put there. */
function lognormalizer(lines: readonly string[]): Read[] {
  const input = lines.map((line) => `${line.replace(/^((?:[^|]*\|){7})/, '$1 ')}\n`).join('');
  const { stdout, stderr, status } = spawnSync(
    `${ROOT}/bin/lognormalizer`,
    ['-r', path('cef.rulebase'), '-e', 'json'],
    {
      input,
      env: { LD_LIBRARY_PATH: `${ROOT}/lib/x86_64-linux-gnu` },
      maxBuffer: 2 ** 28,
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`lognormalizer ended with ${status}: ${stderr}`);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Read);
}

/** @returns number of messages on which both readers agree */
function agree(what: string, lines: readonly string[]): number {
  if (lines.length === 0) return 0;
  const read = lognormalizer(lines);
  expect(read.length, what).toBe(lines.length);
  for (const [index, line] of lines.entries()) {
    const { header, extensions } = parseCef(line);
    const { f, 'unparsed-data': unparsed } = read[index] ?? {};
    expect(unparsed, `${what} ${line}`).toBeUndefined();
    expect([f?.SignatureID, f?.Name], what).toEqual([header.deviceEventClassId, header.name]);
    expect(f?.Extensions, `${what} ${line}`).toEqual(Object.fromEntries(extensions));
  }
  return lines.length;
}

async function cefOf(bytes: Buffer, key?: string): Promise<string[]> {
  const { outputs } = await convertBytes([bytes], key === undefined ? {} : { key });
  return outputs.cef.frames.map(({ text }) => text);
}

it('liblognorm reads every golden case as our own reader does', async () => {
  let messages = 0;
  for (const file of readdirSync(GOLDEN, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.cef'),
  )) {
    const lines = readFileSync(`${GOLDEN}${file}`, 'utf8').split('\n');
    messages += agree(
      file,
      lines.filter((line) => line.startsWith('CEF:')),
    );
  }
  console.log(`lognorm: ${messages} messages of golden cases`);
  expect(messages).toBeGreaterThan(100);
});

it('liblognorm reads every real sample as our own reader does', async (context) => {
  const directory = samplesDir();
  if (directory === undefined) return context.skip(NO_SAMPLES);
  let messages = 0;
  for (const name of samplesIn(...readdirSync(directory).filter((folder) => !FOREIGN.has(folder)))) {
    messages += agree(name, await cefOf(sample(name)));
  }
  console.log(`lognorm: ${messages} messages of samples`);
  expect(messages).toBeGreaterThan(1_000);
});

/** Folders whose files are no log objects. */
const FOREIGN = new Set(['SOURCES.md', 'envelopes', 'firehose-http', 's3-keys']);
