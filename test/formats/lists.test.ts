import { describe, expect, it } from 'vitest';
import { header, member, members, objectsOf, pairsOf } from '../../formats/lists.ts';
import { evaluate } from './evaluate.ts';

describe('words for lists and objects', () => {
  it('take an object alone for a list of one, and leave out what is no object', () => {
    expect(objectsOf([{ a: 1 }, null, 'x', [{ b: 2 }]])).toEqual([{ a: 1 }]);
    expect(objectsOf({ a: 1 })).toEqual([{ a: 1 }]);
    for (const nothing of [undefined, null, 'x', 7, []]) expect(objectsOf(nothing)).toEqual([]);
  });

  it('read a member whatever its name, but none that only JavaScript has', () => {
    const one = member('annotations', 'a.b/c');
    expect(evaluate(one, { annotations: { 'a.b/c': 'x' } })).toBe('x');
    expect(evaluate(one, { annotations: 'x' })).toBeUndefined();
    expect(evaluate(member('annotations', 'toString'), { annotations: {} })).toBeUndefined();
  });

  it('join a member of each object', () => {
    const names = members('labels', 'name');
    expect(evaluate(names, { labels: [{ name: 'a' }, { other: 1 }, { name: '-' }, { name: 7 }] })).toBe('a,7');
    expect(evaluate(names, { labels: { name: 'alone' } })).toBe('alone');
    expect(evaluate(names, {})).toBe('');
  });

  it('find a header in any case', () => {
    const agent = header('headers', 'user-agent');
    expect(
      evaluate(agent, {
        headers: [
          { name: 'Host', value: 'h' },
          { name: 'USER-Agent', value: 'curl' },
        ],
      }),
    ).toBe('curl');
    expect(evaluate(agent, { headers: [{ name: 'Host', value: 'h' }] })).toBeUndefined();
  });

  it('write the members of an object', () => {
    expect(evaluate(pairsOf('detail'), { detail: { a: 1, b: ['x', 'y'], c: null, d: {} } })).toBe('a=1; b=x,y');
    expect(evaluate(pairsOf('detail'), { detail: ['x'] })).toBeUndefined();
  });
});
