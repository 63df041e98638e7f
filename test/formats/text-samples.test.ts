import { describe, expect, it } from 'vitest';
import { parseLeef } from '../leef-parser.ts';
import { NO_SAMPLES, sample, samplesDir, samplesIn } from '../samples.ts';
import { convertBytes } from './convert.ts';
import { plainText } from './source-records.ts';

type Facts = Readonly<Record<string, string | undefined>>;

/** Blocks by what every first line begins with, and what each says, read in the simplest way. */
interface Reading {
  readonly type: string;
  readonly starts: RegExp;
  facts(block: string): Facts;
}

const said = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

const READINGS: Readonly<Record<string, Reading>> = {
  'rds-postgresql': {
    type: 'rds-postgresql',
    starts: /^\d{4}-\d\d-\d\d /,
    facts: (block) => {
      const [time = '', rest = ''] = [block.slice(0, 19), block.slice(24)];
      const [who = '', pid = '', level = ''] = rest.split(/:\[|\]:|: /);
      const [client = '', names = ''] = who.split(/:(?=[^:]*$)/);
      const [user, database] = names.split('@');
      return {
        devTime: String(Date.parse(`${time.replace(' ', 'T')}Z`)),
        src: said(client.split('(')[0]),
        srcPort: /\((\d+)\)/.exec(client)?.[1],
        usrName: said(user),
        databaseName: said(database),
        processId: pid,
        level,
      };
    },
  },
  cloudhsm: {
    type: 'cloudhsm',
    starts: /^Time: /,
    facts: (block) => {
      const pairs = Object.fromEntries(
        block.split('\n').map((line) => [line.split(':')[0]?.trim(), line.slice(line.indexOf(':') + 1).trim()]),
      ) as Facts;
      const success = pairs['Response']?.startsWith('0:') ?? false;
      return {
        devTime: /usecs:(\d+)\d{3}$/.exec(pairs['Time'] ?? '')?.[1],
        eventName: pairs['Opcode']?.split(' ')[0],
        sequenceNo: pairs['Sequence No'],
        sessionHandle: pairs['Session Handle'],
        outcome: success ? 'success' : 'failure',
        errorCode: success ? undefined : pairs['Response']?.split('HSM Error: ')[1],
      };
    },
  },
};

/** The blocks of an object's text. */
function blocks(text: string, starts: RegExp): string[] {
  const found: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (found.length === 0 || starts.test(line)) found.push(line);
    else found[found.length - 1] += `\n${line}`;
  }
  return found;
}

const paths = Object.keys(READINGS).flatMap((folder) => samplesIn(folder));

describe('real objects of text in blocks', () => {
  if (samplesDir() === undefined) it(`NOT RUN: ${NO_SAMPLES}`, (context) => context.skip(NO_SAMPLES));

  it.each(paths)('%s: every record, each fact against an independent reading', async (path) => {
    const { type, starts, facts } = READINGS[path.split('/')[0] ?? ''] ?? expect.unreachable();
    const expected = blocks(plainText(sample(path)), starts);
    const { name, outputs, failure } = await convertBytes([sample(path)]);
    expect([name, failure, outputs.leef.refused]).toEqual([type, undefined, []]);
    expect(outputs.raw.frames.map(({ text }) => text)).toEqual(expected.map((block) => block.replace(/\n+$/, '')));
    for (const [index, block] of expected.entries()) {
      const { attributes } = parseLeef(outputs.leef.frames[index]?.text ?? '');
      for (const [key, value] of Object.entries(facts(block))) {
        expect(attributes.get(key), `${path} ${index} ${key}`).toBe(value);
      }
    }
  });
});
