import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Arrivals } from './loss/arrivals.ts';
import { textOf } from './loss/texts.ts';

const HEADER = '<134>1 2026-11-24T03:40:00.123Z host trailferry - cloudtrail - ';
const messageOf = (id: number): string => HEADER + textOf(id);

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'trailferry-arrivals-'));
  file = join(directory, 'messages');
  writeFileSync(file, '');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const put = (text: string): void => appendFileSync(file, text, 'latin1');

it('knows what is missing, and what came again after which stop', () => {
  const arrivals = new Arrivals([file], 4);
  put(`${messageOf(0)}\n${messageOf(1)}\n`);
  arrivals.stopped();
  put(`${messageOf(1)}\n${messageOf(0)}\n${messageOf(3)}\n`);
  arrivals.stopped();
  put(`${messageOf(3)}\n`);
  arrivals.end();
  expect(arrivals).toMatchObject({ missing: [2], distinct: 3, again: 3, torn: 0, foreign: [] });
  expect(arrivals.mostAgainBytes).toBe(messageOf(0).length + messageOf(1).length);
});

it('reads a line that is written in two parts', () => {
  const arrivals = new Arrivals([file], 1);
  put(messageOf(0).slice(0, 100));
  arrivals.read();
  put(`${messageOf(0).slice(100)}\n`);
  arrivals.end();
  expect(arrivals).toMatchObject({ distinct: 1, torn: 0, foreign: [] });
});

it.each([5, HEADER.length, HEADER.length + 8, 200])('takes what was cut off after %i bytes for torn', (length) => {
  const arrivals = new Arrivals([file], 2);
  put(`${messageOf(0).slice(0, length)}${messageOf(1)}\n`);
  arrivals.end();
  expect(arrivals).toMatchObject({ missing: [0], distinct: 1, torn: 1, foreign: [] });
});

it.each([
  ['a changed octet', messageOf(0).replace('end', 'eNd')],
  ['one octet more', `${messageOf(0)} `],
  ['a middle', messageOf(0).slice(150)],
  ['an event that was never sent', messageOf(2)],
  ['two without a break', `${messageOf(0)}${textOf(1)}`],
])('takes %s for foreign', (_, message) => {
  const arrivals = new Arrivals([file], 2);
  put(`${message}\n`);
  arrivals.end();
  expect(arrivals).toMatchObject({ distinct: 0, torn: 0 });
  expect(arrivals.foreign).toHaveLength(1);
});
