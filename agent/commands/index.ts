import type { Command } from '../command.ts';
import { audit } from './audit.ts';
import { check } from './check.ts';
import { config } from './config.ts';
import { convert } from './convert.ts';
import { doctor } from './doctor.ts';
import { fields } from './fields.ts';
import { quarantine } from './quarantine.ts';
import { run } from './run.ts';
import { sendTest } from './send-test.ts';
import { status } from './status.ts';

/** All commands, in the order in which `--help` lists them. */
export const commands: readonly Command[] = [
  run,
  check,
  doctor,
  sendTest,
  convert,
  status,
  audit,
  quarantine,
  fields,
  config,
];
