import { parseArgs } from 'node:util';
import { expect, test } from 'vitest';
import { UsageError } from '../../../agent/command.ts';
import { config } from '../../../agent/commands/config.ts';
import { readConfig } from '../../../config/load.ts';

async function run(...args: string[]) {
  let out = '';
  const io = {
    out(text: string) {
      out += text;
    },
    err: (text: string) => expect.unreachable(text),
  };
  const code = await config.run(parseArgs({ args, options: config.options, allowPositionals: true }), io);
  return { code, out };
}

test('example prints a configuration that can be used', async () => {
  const { code, out } = await run('example');
  expect(code).toBe(0);
  expect(readConfig(out, 'example.yaml').config.version).toBe(1);
});

test('schema prints a JSON Schema', async () => {
  const { code, out } = await run('schema');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    required: ['version', 'aws', 'queues', 'destinations'],
  });
});

test.each([[[]], [['exmaple']], [['example', 'schema']]])('%j is no usage', async (args) => {
  await expect(run(...args)).rejects.toThrow(UsageError);
});
