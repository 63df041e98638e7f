import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { FrameBlock } from '../../../transports/transport.ts';
import { blockOf, enveloped, never } from '../blocks.ts';
import { closeAtEnd, failure, faultCodes, receiving, sending, until } from './rig.ts';

const bytesOf = ({ data, ends, count }: FrameBlock) => data.subarray(0, ends[count - 1]);
const texts = ['LEEF:2.0|AWS|CloudTrail|größe €', 'second\r\nline', '', '{"a":"\u00e9"}'].map((text) =>
  Buffer.from(text).toString('latin1'),
);

describe('tcp', () => {
  test.each(['newline', 'octet-counting'] as const)('the bytes on the wire are the frames, %s', async (framing) => {
    const chunks: Buffer[] = [];
    const server = createServer((socket) => socket.on('data', (chunk) => chunks.push(chunk)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { transport } = sending({ port, protocol: 'tcp', framing });
    expect(transport.assurance).toBe('written');
    const blocks = [enveloped(transport, texts), enveloped(transport, Array(3_000).fill('x'.repeat(100)))];
    await Promise.all(blocks.map((block) => transport.send(block, never)));
    const expected = Buffer.concat(blocks.map(bytesOf));
    await until(() => chunks.reduce((sum, { length }) => sum + length, 0) >= expected.length);
    expect(Buffer.concat(chunks).equals(expected)).toBe(true);
    await transport.close();
    server.close();
  });

  test('only the frames that count are sent, whatever else the buffer holds', async () => {
    const receiver = await receiving({});
    const { transport } = sending({ port: receiver.port, protocol: 'tcp' });
    const block = blockOf(['<13>a\n', '<13>b\n', '<13>c\n']);
    await transport.send({ ...block, count: 2 }, never);
    await until(() => receiver.messages.length === 2);
    expect(receiver.messages).toEqual(['<13>a', '<13>b']);
  });

  test('a connection that the receiver closed is replaced', async () => {
    const receiver = await receiving({});
    const { send, said } = sending({ port: receiver.port, protocol: 'tcp' });
    await send(['a']);
    await until(() => receiver.messages.length === 1);
    for (const socket of receiver.open) socket.end();
    await until(() => said.connections.at(-1) === 0);
    await send(['b']);
    await until(() => receiver.messages.length === 2);
    expect(receiver.accepted).toBe(2);
  });

  test('nobody there: refused at once, and the next try only after a while', async () => {
    const { port, close } = await receiving({});
    await close();
    const { send } = sending({ port, protocol: 'tcp' });
    const errors = await Promise.all([failure(send(['a'])), failure(send(['b']))]);
    expect(errors.map(({ code }) => code)).toEqual(['TF-SYSLOG-REFUSED', 'TF-SYSLOG-REFUSED']);
    expect(errors[0]?.fault).toEqual({ kind: 'retry', afterMs: expect.any(Number) });
    expect(await faultCodes([send(['c'])])).toEqual(['TF-SYSLOG-REFUSED']);
  });

  test('a receiver that stops reading is given up', async () => {
    const { port } = await receiving({ stopReadingAfter: 10_000 });
    const { send } = sending({ port, protocol: 'tcp', stall_timeout: 500 });
    const sends = Array.from({ length: 40 }, () => send(Array(2_000).fill('x'.repeat(500))));
    const results = await Promise.allSettled(sends);
    const failed = results.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(failed.length).toBeGreaterThan(0);
    expect(new Set(failed.map(({ reason }) => reason.code))).toEqual(new Set(['TF-SYSLOG-STALLED']));
  });

  test('a receiver that reads slowly is not taken for one that stopped', async () => {
    const { port } = await receiving({ bytesPerSecond: 8_000_000 });
    const { send } = sending({ port, protocol: 'tcp', stall_timeout: 400 });
    await send(Array(32_000).fill('x'.repeat(500)));
  });

  test('a peer that talks is no syslog receiver', async () => {
    const { port } = await receiving({ talkBack: 'HTTP/1.1 400 Bad Request\r\n', stopReadingAfter: 1 });
    const { send } = sending({ port, protocol: 'tcp' });
    const error = await failure(send(Array(40_000).fill('x'.repeat(500))));
    expect([error.code, error.fault.kind]).toEqual(['TF-SYSLOG-TALKS-BACK', 'blocked']);
  });

  test('stop while sending', async () => {
    const { port } = await receiving({ stopReadingAfter: 1 });
    const { send, transport } = sending({ port, protocol: 'tcp' });
    const controller = new AbortController();
    const large = Array(40_000).fill('x'.repeat(500));
    const aborted = send(large, controller.signal);
    const other = failure(send(large));
    setTimeout(() => controller.abort(new Error('enough')), 100);
    await expect(aborted).rejects.toThrow('enough');
    expect((await other).fault.kind).toBe('retry');
    const last = failure(send(large));
    await transport.close();
    await transport.close();
    expect((await last).code).toBe('TF-SYSLOG-GIVEN-UP');
    expect(await faultCodes([send(['x'])])).toEqual(['TF-SYSLOG-GIVEN-UP']);
  });
});

describe('udp', () => {
  async function datagrams() {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4_000_000 });
    const received: string[] = [];
    socket.on('message', (message) => received.push(message.toString('latin1')));
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    closeAtEnd({ close: async () => void socket.close() });
    return { received, port: socket.address().port };
  }

  test('each datagram is one frame, without any framing', async () => {
    const { received, port } = await datagrams();
    const { transport } = sending({ port, protocol: 'udp' });
    expect(transport.assurance).toBe('sent');
    const block = enveloped(transport, [...texts, ...Array.from({ length: 200 }, (_, at) => `event ${at}`)]);
    await transport.send(block, never);
    await until(() => received.length === block.count);
    expect(received.join('')).toBe(bytesOf(block).toString('latin1'));
    expect(received[0]).toMatch(/^<134>1 \S+ agent\.example trailferry - cloudtrail - LEEF/);
    expect(received[1]).toMatch(/ second {2}line$/);
  });

  test('a frame that no datagram can hold is rejected by its number, the others are sent', async () => {
    const { received, port } = await datagrams();
    const { transport } = sending({ port, protocol: 'udp' });
    const error = await failure(transport.send(blockOf(['a', 'x'.repeat(70_000), 'c']), never));
    expect(error.code).toBe('TF-SYSLOG-DATAGRAM-SIZE');
    expect(error.fault).toEqual({ kind: 'rejected', frames: [1] });
    await until(() => received.length === 2);
  });
});
