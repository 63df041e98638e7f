// Installs the dependencies when they are missing or older than the lock file, so that `npm run demo` and `npm test`
// work in a fresh clone. Plain JavaScript: it runs before there is a Node that reads TypeScript.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

const changed = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (
  changed('node_modules/.package-lock.json') === 0 ||
  changed('node_modules/.package-lock.json') < changed('package-lock.json')
) {
  console.log('installing dependencies ...');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
