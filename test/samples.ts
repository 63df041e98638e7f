import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder of real log objects that stands beside a checkout in CI and on a developer's machine; undefined in a user's
 * clone. Tests that need it say loudly when it is not there.
 */
export function samplesDir(): string | undefined {
  const dir = fileURLToPath(new URL('../../shared/samples', import.meta.url));
  return existsSync(dir) ? dir : undefined;
}

/** Why a test that needs the samples did not run. */
export const NO_SAMPLES = 'the real log objects do not stand beside this checkout';

/** Paths of all samples below these folders, relative to `samplesDir()`; none when there are none. */
export function samplesIn(...folders: string[]): string[] {
  const dir = samplesDir();
  if (dir === undefined) return [];
  return folders.flatMap((folder) =>
    readdirSync(join(dir, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
      .sort(),
  );
}

/** The bytes of one sample. */
export function sample(path: string): Buffer {
  return readFileSync(join(samplesDir() ?? '', path));
}

/** What another engine reads in a sample: a text that stands beside the samples. */
export function expectedFile(path: string): string {
  return readFileSync(join(samplesDir() ?? '', '../expected', path), 'utf8');
}

/** A list of conformance cases that stands beside the samples; undefined when it is not there. */
export function casesFile(name: string): unknown {
  const file = fileURLToPath(new URL(`../../shared/cases/${name}`, import.meta.url));
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
