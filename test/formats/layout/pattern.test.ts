import { describe, expect, it } from 'vitest';
import { pairs, pattern } from '../../../formats/layout.ts';
import { records, values } from './read.ts';

describe('a pattern', () => {
  const layout = pattern([/^(?<who>[a-z]+): (?<what>.*?)(?: at (?<where>.*))?$/, /^(?<number>\d+)$/]);

  it('gives the groups that took part, of the first one that matches', () => {
    expect(records(layout, 'me: sit at home\nyou: go\n7\n')).toEqual([
      { who: 'me', what: 'sit', where: 'home' },
      { who: 'you', what: 'go' },
      { number: '7' },
    ]);
    expect(values(layout, 'me: sit at home\nyou: go\n7\n', 'where')).toEqual(['home', undefined, undefined]);
    expect(values(layout, '7\n', 'nothing')).toEqual([undefined]);
    expect(values(layout, '7\n', '@account')).toEqual(['111122223333']);
  });

  it('refuses what none matches, or gives it whole to the group that is named for it', () => {
    expect(records(layout, '?\n7\n')).toEqual(['TF-PATTERN-MISS', { number: '7' }]);
    expect(records(pattern(/^(?<number>\d+)$/, { otherwise: 'message' }), '?\n7\n')).toEqual([
      { message: '?' },
      { number: '7' },
    ]);
  });

  it('reads a value further with patterns of its own', () => {
    const inner = pattern(/^(?<number>\d+) (?<message>.*)$/, {
      otherwise: 'message',
      within: {
        message: [
          ['a user', /^user (?<user>\S+)$/],
          ['a host', /^host (?<host>\S+)$/],
        ],
      },
    });
    expect(records(inner, '1 user a\n2 host b\n3 c\nuser d\n')).toEqual([
      { number: '1', message: 'user a', user: 'a' },
      { number: '2', message: 'host b', host: 'b' },
      { number: '3', message: 'c' },
      { message: 'user d', user: 'd' },
    ]);
    expect(values(inner, '1 user a\n2 host b\n3 c\n', 'form')).toEqual(['a user', 'a host', undefined]);
  });

  it('over blocks sees all their lines, and in an envelope the whole message', () => {
    const blocks = pattern(/^(?<number>\d+) (?<text>[\s\S]*)$/, { starts: /^\d+ / });
    expect(records(blocks, '1 a\nb\n2 c\n')).toEqual([
      { number: '1', text: 'a\nb' },
      { number: '2', text: 'c' },
    ]);
    expect(records(blocks, '1 a\n2 c\n', true)).toEqual([{ number: '1', text: 'a\n2 c' }]);
    expect(records(layout, 'me: sit\n', true)).toEqual([{ who: 'me', what: 'sit' }]);
  });
});

describe('pairs', () => {
  const layout = pairs({ starts: /^Time ?:/, otherwise: 'message' });

  it('are read with any blanks around the colon', () => {
    expect(records(layout, 'Time: 1:2\r\nUser Name\t: \xc3\xa0 \nempty:\nno pair\n: x\nTime : 2\n')).toEqual([
      { Time: '1:2', 'User Name': '\xc3\xa0', empty: '' },
      { Time: '2' },
    ]);
  });

  it('that come again keep all their values', () => {
    expect(records(layout, 'Time: 1\na: 1\na: 2\na: 3\n')).toEqual([{ Time: '1', a: '1', 'a.1': '2', 'a.2': '3' }]);
  });

  it('that are none are one text, or refused', () => {
    expect(records(layout, 'nothing here\n')).toEqual([{ message: 'nothing here' }]);
    expect(records(pairs({ starts: /^Time/ }), 'nothing here\n')).toEqual(['TF-PAIRS-NONE']);
  });
});
