import type { ProbeStep } from '../../transports/transport.ts';
import { type Command, EXIT } from '../command.ts';
import { examine, type Section } from '../doctor/sections.ts';
import { worthOf } from '../worth.ts';
import { configOrTell, destinationOptions, namedDestination } from './destinations.ts';
import { wantsJson } from './state-dir.ts';

/** Goes every way that the agent will go, step by step. What works but wants attention does not change the answer. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'Try destinations, queues and state directory step by step, with a remedy for what fails; sends no event',
  usage: '[--config FILE] [--destination NAME] [-o json]',
  options: { ...destinationOptions, output: { type: 'string', short: 'o' } },
  async run(args, io) {
    const json = wantsJson(args);
    const config = configOrTell(args, io);
    if (config === undefined) return EXIT.config;
    const sections = await examine(config, namedDestination(args, config));
    const ok = sections.every((section) => section.ok);
    io.out(json ? `${JSON.stringify({ ok, sections }, null, 2)}\n` : page(sections));
    return ok ? EXIT.fine : EXIT.no;
  },
};

const WIDTH = 20;

function page(sections: readonly Section[]): string {
  const steps = sections.flatMap((section) => section.steps);
  const failures = steps.filter(({ ok }) => !ok).length;
  const warnings = steps.filter(({ ok, remedy }) => ok && remedy !== undefined).length;
  return `${sections.map(paragraph).join('\n')}\n${counted(failures, 'failure')}, ${counted(warnings, 'warning')}\n`;
}

function paragraph({ kind, name, assurance, confirm, steps }: Section): string {
  const worth = assurance === undefined ? '' : `, delivery ${worthOf({ assurance, confirmation: confirm })}`;
  return `${kind} ${name}${worth}\n${steps.map(lines).join('')}`;
}

function lines({ step, ok, ms, detail, remedy }: ProbeStep): string {
  const mark = ok ? (remedy === undefined ? 'ok  ' : 'warn') : 'FAIL';
  const first = `  ${mark}  ${step.padEnd(WIDTH)} ${String(ms).padStart(5)} ms  ${detail}\n`;
  return remedy === undefined ? first : `${first}${' '.repeat(WIDTH + 18)}-> ${remedy}\n`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
