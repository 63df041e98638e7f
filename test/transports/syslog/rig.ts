import { afterAll, expect } from 'vitest';
import { type SyslogSettings, syslog } from '../../../transports/syslog/index.ts';
import { DeliveryError, type Transport } from '../../../transports/transport.ts';
import type { Certificates } from '../../fakes/certificates.ts';
import { type Receiver, type ReceiverOptions, startReceiver } from '../../fakes/syslog-receiver.ts';
import { enveloped, never, type Said, testContext } from '../blocks.ts';
import { syslogSettings } from './settings.ts';

const running: { close(): Promise<void> }[] = [];

// At the end of the file, since its tests may run side by side.
afterAll(async () => {
  for (const one of running.splice(0).reverse()) await one.close();
});

export function closeAtEnd<T extends { close(): Promise<void> }>(one: T): T {
  running.push(one);
  return one;
}

/** A receiver that is closed at the end. */
export async function receiving(options: ReceiverOptions): Promise<Receiver> {
  return closeAtEnd(await startReceiver(options));
}

export interface Sender {
  readonly transport: Transport;
  readonly said: Said;
  /** Sends one block of these texts. */
  send(texts: readonly string[], signal?: AbortSignal): Promise<void>;
}

/** A transport that is closed at the end. */
export function sending(settings: Parameters<typeof syslogSettings>[0]): Sender {
  const context = testContext();
  const transport = closeAtEnd(syslog.create(syslogSettings(settings) as SyslogSettings, context));
  return {
    transport,
    said: context.said,
    send: (texts, signal = never) => transport.send(enveloped(transport, texts), signal),
  };
}

/** A TLS receiver and a transport that trusts it. */
export async function tlsPair(
  certificates: Certificates,
  receiver: Omit<ReceiverOptions, 'tls'> & { readonly tls?: Partial<ReceiverOptions['tls']> } = {},
  settings: Parameters<typeof syslogSettings>[0] = {},
): Promise<Sender & { readonly receiver: Receiver }> {
  const started = await receiving({ ...receiver, tls: { ...certificates.server, ...receiver.tls } });
  const tls = { ca_file: certificates.ca, ...settings.tls };
  return { receiver: started, ...sending({ port: started.port, ...settings, tls }) };
}

/** Texts of about 200 bytes, all different. */
export const numbered = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `event ${from + index} ${'x'.repeat(200)}`);

/** The text of a received message: what follows the header. */
export function textOf(message: string): string {
  return message.replace(/^<\d+>1 \S+ \S+ \S+ \S+ \S+ (?:-|\[[^\]]*\]) /, '');
}

/** The fault of a send that must fail. */
export async function failure(send: Promise<unknown>): Promise<DeliveryError> {
  const error = await send.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DeliveryError);
  return error as DeliveryError;
}

/** The one error that all sends failed with, by its code. */
export async function faultCodes(sends: readonly Promise<unknown>[]): Promise<string[]> {
  return (await Promise.all(sends.map(failure))).map(({ code }) => code);
}

export async function until(condition: () => boolean, ms = 5_000): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) throw new Error('it never came to be');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
