import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { samplesDir } from '../test/samples.ts';

/** Folders of real log objects that this version reads as a type of its own. */
const FOLDERS = ['cloudtrail', 'vpcflow', 'guardduty', 'alb', 's3-access'];

/** Real log objects, where they stand beside the checkout; none in a clone. */
export function realObjects(): { key: string; body: Buffer }[] {
  const dir = samplesDir();
  if (dir === undefined) return [];
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(dir, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ key: `samples/${path.slice(dir.length + 1)}`, body: readFileSync(path) })),
  );
}
