import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AnswerParser, isGood, wordsOf } from '../../../transports/relp/answers.ts';
import { commandFrame, syslogFrameLength, writeSyslogFrame } from '../../../transports/relp/frame.ts';
import { LAST_TXNR, placeOf, txnrOf } from '../../../transports/relp/txnr.ts';
import { RelpParser } from '../../fakes/relp-frames.ts';

describe('frames that go out', () => {
  test('commands', () => {
    expect(commandFrame(1, 'open', 'relp_version=0').toString()).toBe('1 open 14 relp_version=0\n');
    expect(commandFrame(999_999_999, 'close').toString()).toBe('999999999 close 0\n');
  });

  test('are what a strict parser reads, whatever they hold and however they are cut', () => {
    const message = fc.uint8Array({ maxLength: 1_200 });
    const places = fc.oneof(fc.nat(200), fc.integer({ min: LAST_TXNR - 8, max: LAST_TXNR + 8 }));
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 12 }),
        places,
        fc.integer({ min: 1, max: 700 }),
        (messages, place, cut) => {
          const data = Buffer.concat(messages);
          const out = Buffer.alloc(data.length + messages.length * 32);
          let [at, from] = [0, 0];
          for (const [index, { length }] of messages.entries()) {
            const txnr = txnrOf(place + index, LAST_TXNR);
            const end = writeSyslogFrame(out, at, txnr, data, from, from + length);
            expect(end - at).toBe(syslogFrameLength(txnr, length));
            [at, from] = [end, from + length];
          }
          const parser = new RelpParser();
          const read = [...pieces(out.subarray(0, at), cut)].flatMap((piece) => parser.push(piece));
          expect(parser.cut).toBe(false);
          expect(read).toEqual(
            messages.map((octets, index) => ({
              txnr: ((place + index) % 999_999_999) + 1,
              command: 'syslog',
              data: Buffer.from(octets).toString('latin1'),
            })),
          );
        },
      ),
    );
  });
});

describe('transaction numbers', () => {
  test('run from 1 to the last and start again', () => {
    expect([0, 1, LAST_TXNR - 1, LAST_TXNR, LAST_TXNR + 1].map((place) => txnrOf(place, LAST_TXNR))).toEqual([
      1, 2, 999_999_999, 1, 2,
    ]);
  });

  test('lead back to the place, as long as it is no more than all of them ahead', () => {
    fc.assert(
      fc.property(fc.nat(5 * LAST_TXNR), fc.nat(LAST_TXNR - 1), (oldest, ahead) => {
        expect(placeOf(txnrOf(oldest + ahead, LAST_TXNR), oldest, LAST_TXNR)).toBe(oldest + ahead);
      }),
    );
  });
});

describe('what comes back', () => {
  test('is read alike however it is cut', () => {
    const answer = fc.record({
      txnr: fc.integer({ min: 1, max: LAST_TXNR }),
      words: fc.constantFrom('200 OK', '500 no', '200', ''),
    });
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 30 }), fc.integer({ min: 1, max: 40 }), (answers, cut) => {
        const text = answers.map(({ txnr, words }) => `${txnr} rsp ${words.length}${words && ' '}${words}\n`).join('');
        expect(read(pieces(Buffer.from(text), cut))).toEqual(answers.map(({ txnr, words }) => `${txnr}:${words}`));
      }),
    );
  });

  test('hints have no number', () => {
    expect(read([Buffer.from('0 serverclose 0\n7 rsp 6 200 OK\n')])).toEqual(['serverclose', '7:200 OK']);
  });

  test.each([
    'x',
    ' 1 rsp 0\n',
    '-1 rsp 0\n',
    '1  rsp 0\n',
    '1 rsp\n',
    '1 rsp6 200 OK\n',
    '1 rsp x\n',
    '1 rsp 0 \n',
    '1 rsp 6 200 OK',
    `1 rsp 6 200 OK\r\n`,
    `1 ${'r'.repeat(33)} 0\n`,
    '1 rsp 16385 x',
    '0001234567 rsp 0\n',
    '0 rsp',
  ])('%j is no frame, or none yet', (text) => {
    expect(['', 'TF-RELP-GARBAGE']).toContain(reads(text));
  });

  test('never means anything but what it says: any octets are read, are garbage, or wait for more', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        try {
          read([Buffer.from(octets)]);
        } catch (error) {
          expect(error).toMatchObject({ code: 'TF-RELP-GARBAGE' });
        }
      }),
    );
  });

  test.each([
    ['200 OK', true],
    ['200', true],
    ['200\ncommands=syslog', true],
    ['2000', false],
    ['20', false],
    ['500 no', false],
    ['', false],
    ['OK 200', false],
  ])('%j is good: %s', (text, good) => {
    const data = Buffer.from(`..${text}..`);
    expect(isGood(data, 2, 2 + text.length)).toBe(good);
  });

  test('words are the first line, printable', () => {
    const text = '500 n\x07o\nmore';
    expect(wordsOf(Buffer.from(text), 0, text.length)).toBe('500 n.o');
    expect(() => wordsOf(Buffer.from('no'), 0, 2)).toThrow('"no"');
  });
});

function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function read(chunks: Iterable<Buffer>): string[] {
  const parser = new AnswerParser();
  const heard: string[] = [];
  const listener = {
    answer: (txnr: number, data: Buffer, from: number, to: number) =>
      heard.push(`${txnr}:${data.toString('latin1', from, to)}`),
    hint: (command: string) => heard.push(command),
  };
  for (const chunk of chunks) parser.push(chunk, listener);
  return heard;
}

function reads(text: string): string {
  try {
    return read([Buffer.from(text, 'latin1')]).join();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? '';
  }
}
