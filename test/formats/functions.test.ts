import { describe, expect, it } from 'vitest';
import { compile, type Expression } from '../../formats/expression.ts';
import { fromByteString, toByteString } from '../../formats/framing/byte-string.ts';
import type { LogRecord } from '../../formats/framing/record.ts';
import {
  arnPart,
  capitals,
  choose,
  computed,
  constant,
  first,
  floor,
  hostOf,
  joined,
  percentDecoded,
  portOf,
  requestPart,
  spaced,
  tail,
  text,
  textOf,
  titled,
  before as upTo,
  words,
} from '../../formats/functions.ts';
import { ownTime } from '../own-time.ts';
import { evaluate } from './evaluate.ts';

const of = (expression: Expression, a: unknown): unknown => evaluate(expression, { a });
const ABSENT = [undefined, null, '', '-'];

describe('a value’s text', () => {
  it('is what it says; structures and what is no number have none', () => {
    expect(['a', '', 0, -1.5, true, false].map(textOf)).toEqual(['a', '', '0', '-1.5', 'true', 'false']);
    expect([undefined, null, {}, [], ['a'], Infinity, -Infinity, NaN].map(textOf)).toEqual(Array(8).fill(''));
  });
});

describe('functions of texts', () => {
  it('give nothing for what is not there', () => {
    const functions = [
      upTo('a', '.'),
      tail('a', '/'),
      words('a'),
      hostOf('a'),
      portOf('a'),
      requestPart('a', 'url'),
      percentDecoded('a'),
      text('a', 'a', () => 'never'),
    ];
    for (const expression of functions)
      expect(ABSENT.map((value) => of(expression, value))).toEqual(Array(4).fill(undefined));
  });

  it('before, tail: the part, or all of it without the mark', () => {
    expect(['iam.amazonaws.com', 'iam', '.x'].map((value) => of(upTo('a', '.'), value))).toEqual(['iam', 'iam', '']);
    expect(['a/b/c', 'abc', 'a/'].map((value) => of(tail('a', '/'), value))).toEqual(['c', 'abc', '']);
    expect(['Root=1-2', 'Self=x;Root=1-2', '1-2', 'ab'].map((value) => of(tail('a', 'Root='), value))).toEqual([
      '1-2',
      '1-2',
      '1-2',
      'ab',
    ]);
  });

  it('words: names of API calls and findings as people write them', () => {
    const cases = {
      CreateUser: 'Create User',
      ConsoleLogin: 'Console Login',
      PutEC2Tags: 'Put EC2 Tags',
      GetURL: 'Get URL',
      'UnauthorizedAccess:EC2/SSHBruteForce': 'Unauthorized Access EC2 SSH Brute Force',
      'Backdoor:EC2/C&CActivity.B!DNS': 'Backdoor EC2 C&C Activity B DNS',
      'REST.GET.OBJECT': 'REST GET OBJECT',
      already: 'already',
      '::': '',
    };
    for (const [name, said] of Object.entries(cases)) {
      expect(of(words('a'), name)).toBe(said);
      const twice = words('a');
      expect([of(twice, name), of(twice, name)]).toEqual([said, said]);
    }
    expect(fromByteString(String(of(words('a'), toByteString('Voilà'))))).toBe('Voilà');
  });

  it('hostOf, portOf: the two sides of the last colon', () => {
    const cases: [string, string, number | undefined][] = [
      ['10.0.0.1:80', '10.0.0.1', 80],
      ['[2001:db8::1]:443', '2001:db8::1', 443],
      ['2001:db8::1:443', '2001:db8::1', 443],
      ['host.example.com:65535', 'host.example.com', 65535],
      ['host:65536', 'host', undefined],
      ['host:', 'host', undefined],
      ['host', 'host', undefined],
      ['10.0.0.1:-', '10.0.0.1', undefined],
    ];
    for (const [value, host, port] of cases)
      expect([of(hostOf('a'), value), of(portOf('a'), value)]).toEqual([host, port]);
  });

  it('requestPart: method, URL with its blanks, host without its port', () => {
    const parts = (value: string): unknown[] =>
      (['method', 'url', 'host'] as const).map((part) => of(requestPart('a', part), value));
    expect(parts('GET https://www.example.com:443/a?b=c HTTP/1.1')).toEqual([
      'GET',
      'https://www.example.com:443/a?b=c',
      'www.example.com',
    ]);
    expect(parts('GET /a b c HTTP/1.1')).toEqual(['GET', '/a b c', undefined]);
    expect(parts('GET http://[2001:db8::1]:80/ HTTP/2.0')[2]).toBe('[2001:db8::1]');
    expect(parts('- http://www.example.com:80- -')).toEqual(['-', 'http://www.example.com:80-', 'www.example.com']);
    expect(parts('GET /a')).toEqual(['GET', '/a', undefined]);
    expect(parts('GET')).toEqual([undefined, undefined, undefined]);
  });

  it('percentDecoded: once, and only to UTF-8', () => {
    const decoded = (value: string): string => fromByteString(String(of(percentDecoded('a'), toByteString(value))));
    expect(['a%20b', 'a%2520b', '%C3%A9', '%7c%0A', 'a+b', 'é%C3%A9'].map(decoded)).toEqual([
      'a b',
      'a%20b',
      'é',
      '|\n',
      'a+b',
      'éé',
    ]);
    expect(['100%', '%', '%G0', '%FF', 'a%C3', '%C3%28'].map(decoded)).toEqual([
      '100%',
      '%',
      '%G0',
      '%FF',
      'a%C3',
      '%C3%28',
    ]);
  });
});

describe('other functions', () => {
  it('first: the first value that is there, 0 and false included; it looks no further', () => {
    const read: string[] = [];
    const resolve = (path: string) => (): unknown => {
      read.push(path);
      return { a: '-', b: 0, c: 'c' }[path];
    };
    expect(compile(first('a', 'b', 'c'), resolve)({} as LogRecord)).toBe(0);
    expect(read).toEqual(['a', 'b']);
    expect(evaluate(first('a', 'b'), { a: '', b: false })).toBe(false);
    expect(evaluate(first('a', 'b'), { a: null, b: '-' })).toBeUndefined();
    expect(evaluate(first('a', first('b', constant('c'))))).toBe('c');
  });

  it('floor: never up, and nothing for what is no number', () => {
    expect([3.9, 4, 8.9, 9.5, '6.9', 0, -0.5].map((value) => of(floor('a'), value))).toEqual([3, 4, 8, 9, 6, 0, -1]);
    expect(['high', '', undefined, null, {}, Infinity].map((value) => of(floor('a'), value))).toEqual(
      Array(6).fill(undefined),
    );
  });

  it('choose: by text; what is not in the table gives the otherwise', () => {
    const table = choose('a', { true: 'yes', 1: 'one' });
    expect([true, 'true', 1, '1', 'else', undefined].map((value) => of(table, value))).toEqual([
      'yes',
      'yes',
      'one',
      'one',
      undefined,
      undefined,
    ]);
    expect(of(choose('a', { b: 1 }, 0), 'c')).toBe(0);
    expect(of(choose('a', {}), 'constructor')).toBeUndefined();
  });

  it('spaced, joined: what says something', () => {
    expect(evaluate(spaced('a', 'b', 'c'), { a: 'x', b: '-', c: 'y' })).toBe('x y');
    expect(evaluate(spaced('a'), {})).toBe('');
    expect([['a', 1, null, {}, 'b'], 'alone', [], undefined].map((value) => of(joined('a'), value))).toEqual([
      'a,1,b',
      'alone',
      '',
      '',
    ]);
  });

  it('titled: a title and what explains it', () => {
    const both = titled('a', 'b');
    expect(evaluate(both, { a: 'It broke', b: 'Badly.' })).toBe('It broke: Badly.');
    expect(evaluate(both, { a: 'It broke.', b: 'Badly.' })).toBe('It broke. Badly.');
    expect(evaluate(both, { a: 'It broke' })).toBe('It broke');
    expect(evaluate(both, { b: 'Badly.' })).toBe('Badly.');
    expect(evaluate(both)).toBe('');
  });

  it('arnPart: region and account of an ARN, and of nothing else', () => {
    const arn = 'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/a/b';
    expect([of(arnPart('a', 3), arn), of(arnPart('a', 4), arn)]).toEqual(['eu-west-1', '111122223333']);
    for (const other of ['a:b:c:d:e', 'arn:', ...ABSENT]) expect(of(arnPart('a', 4), other)).toBeUndefined();
  });

  it('capitals: only of ASCII letters, so that bytes of UTF-8 stay', () => {
    expect(fromByteString(String(of(capitals('a'), toByteString('größe-ä'))))).toBe('GRößE-ä');
  });

  it('computed: any number of inputs, in their order', () => {
    const all = { a: 1, b: 2, c: 3, d: 4, e: 5 };
    for (const inputs of [['a'], ['a', 'b'], ['a', 'b', 'c'], ['a', 'b', 'c', 'd'], ['e', 'd', 'c', 'b', 'a']]) {
      const list = computed('list', inputs, (...values) => values.join());
      expect(evaluate(list, all)).toBe(inputs.map((name) => all[name as keyof typeof all]).join());
    }
    expect(evaluate(computed('none', [], () => 7))).toBe(7);
  });
});

describe('no function runs away', () => {
  const functions: Expression[] = [
    upTo('a', 'ab'),
    tail('a', 'ab'),
    words('a'),
    hostOf('a'),
    portOf('a'),
    requestPart('a', 'host'),
    percentDecoded('a'),
    floor('a'),
  ];

  it('on long values of any shape', () => {
    const parts = ['a', 'A', '1', ' ', ':', '/', '-', '%', '%4', '%41', '[', '://', '\x7f', '\xc3', 'ab'];
    for (const shape of parts.flatMap((one) => parts.map((other) => (one === other ? one : one + other)))) {
      const value = shape.repeat(100_000 / shape.length);
      const start = ownTime();
      for (const expression of functions) of(expression, value);
      expect(ownTime() - start, shape).toBeLessThan(1000);
    }
  });
});
