import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The folder of real log objects that stands beside a checkout in CI and on a developer's machine; undefined in a user's
 * clone. Tests that need it say loudly when it is not there.
 */
export function samplesDir(): string | undefined {
  const dir = fileURLToPath(new URL('../../shared/samples', import.meta.url));
  return existsSync(dir) ? dir : undefined;
}
