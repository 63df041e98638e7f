import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { DeliveryError } from '../../../transports/transport.ts';
import { enveloped, never } from '../blocks.ts';
import { failure, faultCodes, numbered, textOf, until } from '../syslog/rig.ts';
import { relpPair } from './rig.ts';

describe('events', () => {
  test('arrive once each, in order, with a syslog header and nothing else around them', async () => {
    const { receiver, send, said } = await relpPair();
    const texts = numbered(1_000);
    await Promise.all([0, 1, 2, 3].map((block) => send(texts.slice(block * 250, block * 250 + 250))));
    expect(receiver.messages.map(textOf)).toEqual(texts);
    expect(receiver.messages[0]).toMatch(
      /^<134>1 2026-11-24T03:40:00\.123Z agent\.example trailferry - cloudtrail - event 0 x/,
    );
    expect([receiver.faults, receiver.accepted, said.connections]).toEqual([[], 1, [1]]);
  });

  test('may hold any octet: RELP counts them', async () => {
    const { receiver, send } = await relpPair();
    const texts = ['two\nlines\r\n', 'n\0ul', '\xc3\xa4', '1 rsp 6 200 OK\n', 'x'.repeat(9), 'x'.repeat(10)];
    await send(texts);
    expect(receiver.messages.map((message) => message.replace(/^.*? - cloudtrail - /s, ''))).toEqual(texts);
    expect(receiver.faults).toEqual([]);
  });

  test('may be longer than a chunk, and than the window', async () => {
    const { receiver, send } = await relpPair({}, { window: 100_000 });
    const texts = [1, 65_400, 65_536, 70_000, 1, 300_000, 1].map((length) => 'x'.repeat(length));
    await send(texts);
    expect(receiver.messages.map(textOf)).toEqual(texts);
    expect(receiver.faults).toEqual([]);
  });

  test('with a header of RFC 3164', async () => {
    const { receiver, send } = await relpPair({}, { header: 'rfc3164' });
    await send(['x']);
    expect(receiver.messages[0]).toMatch(/^<134>Nov 24 .{8} agent\.example trailferry: x$/);
  });

  test('count as delivered when the last of a block is answered for, and not before', async () => {
    const { receiver, send } = await relpPair({ insteadOf: { message: 3, text: '' } });
    let settled = false;
    const sent = send(['a', 'b', 'c']).finally(() => {
      settled = true;
    });
    await until(() => receiver.messages.length === 3);
    await sleep(100);
    expect(settled).toBe(false);
    receiver.say('4 rsp 6 200 OK\n');
    await sent;
  });
});

describe('the window', () => {
  test('is never exceeded, and is used', async () => {
    const { receiver, send } = await relpPair({ silent: true }, { window: 20_000, stall_timeout: 400 });
    expect(await faultCodes([send(numbered(100)), send(numbered(100))])).toEqual([
      'TF-RELP-STALLED',
      'TF-RELP-STALLED',
    ]);
    expect(receiver.mostUnanswered).toBeLessThanOrEqual(20_000);
    expect(receiver.mostUnanswered).toBeGreaterThan(19_000);
  });

  test('of little more than one event delivers everything', async () => {
    const { receiver, send } = await relpPair({}, { window: 400 });
    await Promise.all([send(numbered(50)), send(numbered(50, 50))]);
    expect(receiver.messages.map(textOf)).toEqual(numbered(100));
    expect(receiver.mostUnanswered).toBeLessThanOrEqual(400);
  });
});

describe('transaction numbers', () => {
  test.each([1, 2, 7, 99, 100, 101])(
    'start again at 1 after the last (%d more than the window has frames)',
    async (more) => {
      const { receiver, send } = await relpPair({}, { window: 4_000 }, 20 + more);
      const blocks = [0, 1, 2, 3, 4, 5, 6, 7].map((block) => numbered(17, block * 17));
      await Promise.all(blocks.map((texts) => send(texts)));
      expect(receiver.messages.map(textOf)).toEqual(blocks.flat());
      expect([receiver.faults, receiver.accepted]).toEqual([[], 1]);
    },
  );
});

describe('an event that the receiver refuses', () => {
  test('is rejected with its words; all others of the block are delivered', async () => {
    const { receiver, send } = await relpPair({ rejects: { messages: /event [37] /, words: 'no such thing' } });
    const error = await failure(send(numbered(10)));
    expect([error.code, error.fault]).toEqual(['TF-RELP-REJECTED', { kind: 'rejected', frames: [3, 7] }]);
    expect(error.message).toContain('500 no such thing');
    expect(receiver.messages).toHaveLength(8);
    await send(numbered(1));
    expect(receiver.accepted).toBe(1);
  });

  test('after which the session ends is no reason to reject it: all is sent again', async () => {
    const rejects = { messages: /event 1 /, words: 'command disabled' };
    const { send } = await relpPair({ rejects, serverCloseAfter: 3 });
    const { code, fault, message } = await failure(send(numbered(10)));
    expect([code, fault.kind]).toEqual(['TF-RELP-SERVER-CLOSE', 'retry']);
    expect(message).toContain('it had refused an event: 500 command disabled');
  });
});

describe('answers', () => {
  test('may come in any order', async () => {
    const { receiver, send } = await relpPair({ backwards: 8 });
    await Promise.all([send(numbered(12)), send(numbered(12, 12))]);
    expect(receiver.messages.map(textOf)).toEqual(numbered(24));
  });

  test('may come in crumbs', async () => {
    const { send } = await relpPair({ crumbs: true });
    await send(numbered(50));
  });

  test.each([
    ['for what was never sent', '77 rsp 6 200 OK\n', 'TF-RELP-WRONG-ANSWER'],
    ['for the second time', '2 rsp 6 200 OK\n', 'TF-RELP-WRONG-ANSWER'],
    ['to open, again', '1 rsp 6 200 OK\n', 'TF-RELP-WRONG-ANSWER'],
    ['without a status', '4 rsp 2 OK\n', 'TF-RELP-GARBAGE'],
    ['without data', '4 rsp 0\n', 'TF-RELP-GARBAGE'],
    ['with another length than it says', '4 rsp 5 200 OK\n', 'TF-RELP-GARBAGE'],
    ['that are none', 'HTTP/1.1 400 Bad Request\r\n', 'TF-RELP-GARBAGE'],
    ['with a number too long', '1234567890 rsp 6 200 OK\n', 'TF-RELP-GARBAGE'],
    ['that claim a lot of data', '4 rsp 999999999 ', 'TF-RELP-GARBAGE'],
    ['that are a command', '4 syslog 1 x\n', 'TF-RELP-GARBAGE'],
    ['of zeros', '\0\0\0\0', 'TF-RELP-GARBAGE'],
  ])('%s end the session, and everything unanswered is sent again', async (_what, text, code) => {
    const { receiver, send } = await relpPair({ insteadOf: { message: 3, text } });
    const error = await failure(send(numbered(10)));
    expect([error.code, error.fault.kind]).toEqual([code, 'retry']);
    receiver.behave({});
    await untilDelivered(() => send(numbered(10)));
    expect(receiver.faults).toEqual([]);
  });

  test('hints of other kinds are passed over', async () => {
    const { receiver, send } = await relpPair({
      insteadOf: { message: 1, text: '0 somehint 3 abc\n2 rsp 6 200 OK\n' },
    });
    await send(['x']);
    expect(receiver.accepted).toBe(1);
  });
});

describe('the end of a session', () => {
  test('by serverclose: what is unanswered is sent again, over a new one', async () => {
    const { receiver, send } = await relpPair({ serverCloseAfter: 4 });
    const sends = [send(numbered(3)), send(numbered(3, 3)), send(numbered(3, 6))];
    await sends[0];
    expect(await faultCodes(sends.slice(1))).toEqual(['TF-RELP-SERVER-CLOSE', 'TF-RELP-SERVER-CLOSE']);
    receiver.behave({});
    await untilDelivered(() => send(numbered(6, 3)));
    expect(new Set(receiver.messages.map(textOf))).toEqual(new Set(numbered(9)));
  });

  test('in the middle of a block: the rest of it does not go over the next one', async () => {
    const { receiver, send } = await relpPair({ serverCloseAfter: 3 }, { window: 1_000 });
    expect(await faultCodes([send(numbered(20))])).toEqual(['TF-RELP-SERVER-CLOSE']);
    receiver.behave({});
    await untilDelivered(() => send(['b']));
    expect(receiver.messages.at(-1)).toMatch(/ - b$/);
    expect([receiver.messages.length, receiver.accepted, receiver.faults]).toEqual([4, 2, []]);
  });

  test('while nothing is on its way is no failure', async () => {
    const { receiver, send, said } = await relpPair();
    await send(['a']);
    receiver.say('0 serverclose 0\n');
    await until(() => receiver.open.size === 0);
    await send(['b']);
    expect(receiver.messages.map(textOf)).toEqual(['a', 'b']);
    expect(said.connections).toEqual([1, 0, 1]);
  });

  test('by us is said with close, and nothing follows it', async () => {
    const { receiver, transport, send } = await relpPair();
    await send(['a']);
    await transport.close();
    expect([receiver.closed, receiver.faults]).toEqual([1, []]);
    await until(() => receiver.open.size === 0);
  });

  test('by us does not wait long for an answer that never comes', async () => {
    const { transport, send } = await relpPair({ mute: true });
    await send(['a']);
    const start = performance.now();
    await transport.close();
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  test('by us while events are on their way: they are sent again later', async () => {
    const { transport, send } = await relpPair({ silent: true }, { window: 1_000 });
    const sends = faultCodes([send(numbered(10)), send(numbered(10))]);
    await sleep(50);
    const start = performance.now();
    await transport.close();
    expect(performance.now() - start).toBeLessThan(500);
    expect(await sends).toEqual(['TF-RELP-GIVEN-UP', 'TF-RELP-GIVEN-UP']);
  });

  test('by us while the session is being opened', async () => {
    const { transport, send } = await relpPair({ atOpen: '' });
    const sent = faultCodes([send(['a'])]);
    await sleep(50);
    await transport.close();
    expect(await sent).toEqual(['TF-RELP-GIVEN-UP']);
  });
});

describe('a send that is aborted', () => {
  test('before it has begun does not touch the others', async () => {
    const { receiver, transport, send } = await relpPair({ bytesPerSecond: 100_000 }, { window: 1_000 });
    const controller = new AbortController();
    const first = send(numbered(20));
    const second = send(numbered(20, 100), controller.signal);
    const third = send(numbered(20, 20));
    controller.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    await Promise.all([first, third]);
    expect(receiver.messages.map(textOf)).toEqual(numbered(40));
    expect(transport.assurance).toBe('accepted');
  });

  test.each([
    ['wholly', 1024 * 1024, 5],
    ['in part', 400, 1],
  ])(
    'when it is %s on its way takes the session with it, since its block may be used again',
    async (_how, window, on) => {
      const { receiver, transport } = await relpPair({ silent: true }, { window, stall_timeout: 20_000 });
      const controller = new AbortController();
      const block = enveloped(transport, numbered(5));
      const sent = transport.send(block, controller.signal);
      await until(() => receiver.messages.length === on);
      controller.abort(new Error('enough'));
      await expect(sent).rejects.toThrow('enough');
      await until(() => receiver.open.size === 0);
      receiver.behave({});
      await untilDelivered(() => transport.send(enveloped(transport, ['b']), never));
      expect(receiver.messages.slice(on).map(textOf)).toEqual(['b']);
      expect([receiver.faults, receiver.accepted]).toEqual([[], 2]);
    },
  );
});

/** Sends until it is delivered, as the agent does. */
async function untilDelivered(send: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await send();
    } catch (error) {
      const { fault } = error as DeliveryError;
      if (fault.kind !== 'retry') throw error;
      await sleep(fault.afterMs ?? 10);
    }
  }
}
