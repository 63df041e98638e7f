import { expect, it } from 'vitest';
import { allLogTypes } from '../../../formats/log-types/index.ts';
import { plainContents } from '../../../formats/reader.ts';
import { Destinations } from '../account.ts';
import { origin } from '../convert.ts';

it('a name out of a header ends no line, also where the lines below it are plain', () => {
  const type = allLogTypes.find(({ name }) => name === 'global-accelerator');
  if (type === undefined) throw new Error('the log type is gone');
  const names = Array.from({ length: 16 }, (_, index) => `c${index}`).join(' ');
  const header = `version aws_account_id c\u0085\u2028"\\ ${names}\n`;
  const line = `2.0 111122223333 ${'x '.repeat(17)}x more and more\n`;
  const chunks = [Buffer.from(header), Buffer.from(line.repeat(2))];
  const account = new Destinations(2 ** 20).convert(plainContents(type, origin), chunks);
  expect(account.faults).toEqual([]);
  expect(account.records).toBe(2);
});
