import { describe, expect, it } from 'vitest';
import type { LogEvent } from '../../../formats/event.ts';
import { JsonTree } from '../../../formats/wire/json-tree.ts';

const event = {} as LogEvent;
const says = (text: string) => () => text;

describe('a JSON tree', () => {
  it('nests members by their paths, in the order in which they came', () => {
    const tree = new JsonTree();
    tree.add('a.b', says('1'));
    tree.add('c', says('"x"'));
    tree.add('a.d.e', says('true'));
    expect(tree.compile()(event)).toBe('{"a":{"b":1,"d":{"e":true}},"c":"x"}');
  });

  it('makes lists of one item, of objects and of values', () => {
    const tree = new JsonTree();
    tree.add('list.0.uid', says('"u"'));
    tree.add('list.0.type', says('"t"'));
    tree.add('types.0', says('"one"'));
    tree.add('deep.0.inner.0.x', says('1'));
    expect(tree.compile()(event)).toBe(
      '{"list":[{"uid":"u","type":"t"}],"types":["one"],"deep":[{"inner":[{"x":1}]}]}',
    );
  });

  it('leaves out what nothing is said of, with the objects around it', () => {
    const tree = new JsonTree();
    tree.add('a.b.c', says(''));
    tree.add('list.0.uid', says(''));
    tree.add('types.0', says(''));
    expect(tree.compile()(event)).toBe('');
    tree.add('d', says('0'));
    expect(tree.compile()(event)).toBe('{"d":0}');
  });

  it('puts nothing where something stands, above or below', () => {
    const tree = new JsonTree();
    expect(tree.add('a', says('1'))).toBe(true);
    expect(tree.add('a', says('2'))).toBe(false);
    expect(tree.add('a.b', says('3'))).toBe(false);
    expect(tree.add('c.d', says('4'))).toBe(true);
    expect(tree.add('c', says('5'))).toBe(false);
    expect(tree.compile()(event)).toBe('{"a":1,"c":{"d":4}}');
  });

  it('takes names with dots in them as they are', () => {
    const tree = new JsonTree();
    tree.add(['unmapped', 'user.mfa'], says('"true"'));
    expect(tree.compile()(event)).toBe('{"unmapped":{"user.mfa":"true"}}');
  });

  it('says what an object must have beside others, and never alone', () => {
    const tree = new JsonTree({ device: { type_id: '0' } });
    tree.add('device.uid', says('"u"'));
    tree.add('empty.device.uid', says(''));
    expect(tree.compile()(event)).toBe('{"device":{"uid":"u","type_id":0}}');
    const known = new JsonTree({ device: { type_id: '0' } });
    known.add('device.type_id', says('99'));
    expect(known.compile()(event)).toBe('{"device":{"type_id":99}}');
  });
});
