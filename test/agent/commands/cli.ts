import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Command } from '../../../agent/command.ts';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command as the command line does. */
export async function runCommand(command: Command, args: readonly string[]): Promise<Said> {
  const said = { out: '', err: '' };
  const io = {
    out(text: string) {
      said.out += text;
    },
    err(text: string) {
      said.err += text;
    },
  };
  const parsed = parseArgs({ args: [...args], options: command.options, allowPositionals: true });
  return { code: await command.run(parsed, io), ...said };
}

export interface Place {
  readonly stateDir: string;
  readonly config: string;
  /** Where the destination `siem` writes its lines. */
  readonly delivered: string;
}

/** A state directory, and a configuration with one destination that writes to a file. */
export function makePlace(metrics = 'off'): Place {
  const stateDir = mkdtempSync(join(tmpdir(), 'trailferry-'));
  const [config, delivered] = [join(stateDir, 'x.yaml'), join(stateDir, 'delivered.log')];
  writeFileSync(
    config,
    `version: 1
aws: {region: eu-west-1}
queues:
  - {name: q, url: "https://sqs.eu-west-1.amazonaws.com/111122223333/q", buckets: [logs], destinations: [siem]}
destinations:
  - {name: siem, type: file, format: raw, path: ${delivered}}
state_dir: ${stateDir}
metrics: {listen: ${metrics}}
`,
  );
  return { stateDir, config, delivered };
}
