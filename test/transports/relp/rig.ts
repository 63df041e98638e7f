import { createRelp, type RelpSettings } from '../../../transports/relp/index.ts';
import { LAST_TXNR } from '../../../transports/relp/txnr.ts';
import type { Transport } from '../../../transports/transport.ts';
import type { Certificates } from '../../fakes/certificates.ts';
import { type RelpReceiver, type RelpReceiverOptions, startRelpReceiver } from '../../fakes/relp-receiver.ts';
import { enveloped, never, type Said, testContext } from '../blocks.ts';
import { closeAtEnd } from '../syslog/rig.ts';

type Given = Partial<Omit<RelpSettings, 'tls'>> & { readonly tls?: Partial<RelpSettings['tls']> };

/** Settings with the defaults that the schema says, but short waits, the shortest header and no TLS. */
export function relpSettings({ tls, ...given }: Given): RelpSettings {
  return {
    host: '127.0.0.1',
    hosts: [],
    balance: 'failover',
    port: 20_514,
    protocol: 'tcp',
    header: 'rfc5424',
    max_message_bytes: 8_096,
    window: 1024 * 1024,
    facility: 'local0',
    app_name: 'trailferry',
    hostname: '{host}',
    msgid: '{log_type}',
    structured_data: false,
    enterprise_number: 32_473,
    connect_timeout: 2_000,
    stall_timeout: 1_000,
    ...given,
    tls: { ca_file: null, cert_file: null, key_file: null, server_name: null, min_version: 'TLSv1.2', ...tls },
  };
}

export interface Pair {
  readonly receiver: RelpReceiver;
  readonly transport: Transport;
  readonly said: Said;
  /** Sends one block of these texts. */
  send(texts: readonly string[], signal?: AbortSignal): Promise<void>;
}

/** A receiver and a transport to it, both closed at the end. */
export async function relpPair(
  options: RelpReceiverOptions = {},
  given: Given = {},
  lastTxnr: number = LAST_TXNR,
): Promise<Pair> {
  const receiver = closeAtEnd(await startRelpReceiver({ lastTxnr, ...options }));
  const context = testContext();
  const settings = relpSettings({ port: receiver.port, ...given });
  const transport = closeAtEnd(createRelp(settings, context, lastTxnr));
  const send = (texts: readonly string[], signal = never) => transport.send(enveloped(transport, texts), signal);
  return { receiver, transport, said: context.said, send };
}

/** The same over TLS. */
export function relpTlsPair(
  certificates: Certificates,
  options: Omit<RelpReceiverOptions, 'tls'> & { readonly tls?: Partial<RelpReceiverOptions['tls']> } = {},
  given: Given = {},
): Promise<Pair> {
  const tls = { ca_file: certificates.ca, ...given.tls };
  const receiver = { ...options, tls: { ...certificates.server, ...options.tls } };
  return relpPair(receiver, { protocol: 'tls', ...given, tls });
}
