import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { DeliveryError } from '../../../transports/transport.ts';
import { type Certificates, makeCertificates } from '../../fakes/certificates.ts';
import { never } from '../blocks.ts';
import { failure, type Sender, textOf, tlsPair, until } from './rig.ts';

let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
  return certificates.remove;
});

const auto = { confirm: 'auto', confirm_interval: 100 } as const;
const UNANSWERED = 'the receiver does not answer close-notify';

/** Sends until it is delivered, as the agent does. @returns the codes of the failures */
async function deliver({ send }: Sender, texts: readonly string[]): Promise<string[]> {
  for (const codes: string[] = []; ; ) {
    const error = await send(texts).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error === undefined) return codes;
    if (!(error instanceof DeliveryError) || error.fault.kind !== 'retry') throw error;
    codes.push(error.code);
    await sleep(error.fault.afterMs ?? 50);
  }
}

test.concurrent('before the receiver was asked nothing is claimed', async () => {
  const { transport } = await tlsPair(certificates, {}, auto);
  expect(transport.assurance).toBe('written');
  expect(transport.confirmation).toEqual({ level: 'unknown', why: 'the receiver has not been asked yet' });
});

test.concurrent('a receiver that answers gets close-notify, before the first block', async () => {
  const { transport, send, receiver, said } = await tlsPair(certificates, {}, auto);
  await Promise.all([send(['a']), send(['b']), send(['c'])]);
  expect([transport.assurance, transport.confirmation]).toEqual(['confirmed', { level: 'close-notify', why: '' }]);
  expect(receiver.messages.map(textOf)).toEqual(['a', 'b', 'c']);
  expect([said.notices, said.connections.at(-1)]).toEqual([[], 1]);
});

test.concurrent.each(['close', 'ignore'] as const)(
  'a receiver that does not answer (%s) gets window',
  async (atEnd) => {
    const { transport, send, receiver } = await tlsPair(certificates, { atEnd }, { ...auto, stall_timeout: 500 });
    await send(['a']);
    expect([transport.assurance, transport.confirmation]).toEqual(['written', { level: 'window', why: UNANSWERED }]);
    await send(['b']);
    // Two questions, and one connection that lasts.
    expect(receiver.accepted).toBe(3);
  },
);

test.concurrent('a receiver that dies while it is asked is asked again before it is taken for a weaker one', async () => {
  const { transport, send, receiver } = await tlsPair(certificates, { atEnd: 'close' }, auto);
  const sent = send(['a']);
  await until(() => receiver.open.size === 1);
  // After the handshake, within the second that the session is held.
  await sleep(400);
  receiver.behave({});
  await sent;
  expect(transport.confirmation?.level).toBe('close-notify');
});

test.concurrent('a probe decides too, and says what was found', async () => {
  const answering = await tlsPair(certificates, {}, auto);
  expect(await answering.transport.probe(never)).toMatchObject({ ok: true, assurance: 'confirmed' });
  expect(answering.transport.confirmation?.level).toBe('close-notify');
  const mute = await tlsPair(certificates, { atEnd: 'close' }, auto);
  const report = await mute.transport.probe(never);
  expect(report).toMatchObject({ ok: true, assurance: 'written' });
  expect(report.steps.find(({ step }) => step === 'close-notify')).toMatchObject({
    detail: 'not answered',
    remedy: expect.stringContaining('the level is window'),
  });
});

test.concurrent('a receiver that answers no longer: the level goes down, aloud, and nothing is blocked', async () => {
  const pair = await tlsPair(certificates, {}, auto);
  await deliver(pair, ['a']);
  pair.receiver.behave({ atEnd: 'close' });
  // A connection that was open before is treated well still.
  await deliver(pair, ['b']);
  expect(await deliver(pair, ['b'])).toContain('TF-SYSLOG-LEVEL-DOUBT');
  await until(() => pair.transport.confirmation?.level === 'window', 10_000);
  expect(pair.said.notices).toEqual([expect.stringContaining('confirm level is window from now on')]);
  expect(new Set(pair.receiver.messages.map(textOf))).toEqual(new Set(['a', 'b']));
});

test.concurrent('a receiver that answers after a restart: the level goes up again', async () => {
  const pair = await tlsPair(certificates, { atEnd: 'close' }, auto);
  await deliver(pair, ['a']);
  expect(pair.transport.confirmation?.level).toBe('window');
  const sent = failure(pair.send(['b']));
  await until(() => pair.receiver.messages.length === 2);
  pair.receiver.behave({});
  for (const socket of pair.receiver.open) socket.destroy();
  expect((await sent).fault.kind).toBe('retry');
  await deliver(pair, ['b']);
  await until(() => pair.transport.confirmation?.level === 'close-notify', 10_000);
  expect(pair.said.notices).toEqual([expect.stringContaining('confirm level is close-notify from now on')]);
  await deliver(pair, ['c']);
  expect(new Set(pair.receiver.messages.map(textOf))).toEqual(new Set(['a', 'b', 'c']));
});

test.concurrent('nobody there: a retry, and nobody is hammered', async () => {
  const { receiver, send } = await tlsPair(certificates, { refuse: true }, auto);
  const errors = await Promise.all([send(['a']), send(['b'])].map(failure));
  for (const { fault } of errors) expect(fault).toEqual({ kind: 'retry', afterMs: expect.any(Number) });
  await failure(send(['c']));
  expect(receiver.accepted).toBe(1);
});

test.concurrent('close while the receiver is asked', async () => {
  const { transport, send, receiver } = await tlsPair(certificates, {}, auto);
  const sent = failure(send(['a']));
  await until(() => receiver.open.size === 1);
  await sleep(100);
  await transport.close();
  expect((await sent).code).toBe('TF-SYSLOG-GIVEN-UP');
  expect((await failure(send(['b']))).code).toBe('TF-SYSLOG-GIVEN-UP');
});
