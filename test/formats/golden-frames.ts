import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('log-types/', import.meta.url));

/** The frames of all golden cases in one format, as `type/case` and its lines; refused records have none. */
export function goldenFrames(ending: string): (readonly [name: string, lines: readonly string[]])[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(`${root}${name}`).map((file) => `${name}/${file}`))
    .filter((file) => file.endsWith(`.${ending}`))
    .map((file) => {
      const lines = readFileSync(`${root}${file}`, 'utf8').split('\n');
      return [
        file.slice(0, -ending.length - 1),
        lines.filter((line) => line !== '' && !line.startsWith('! ')),
      ] as const;
    });
}
