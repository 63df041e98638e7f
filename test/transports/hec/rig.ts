import { createHash } from 'node:crypto';
import { hec } from '../../../transports/hec/index.ts';
import type { HecSettings } from '../../../transports/hec/settings.ts';
import {
  DeliveryError,
  type FrameBlock,
  type HostState,
  type Origin,
  type SecretRef,
  type Transport,
  type TransportContext,
} from '../../../transports/transport.ts';
import { createHecStub, type HecStub, type HecStubOptions } from '../../fakes/hec-stub.ts';

export const TOKEN = '6b1f7c9a-0000-4000-8000-c0ffee000001';

export const noTls = {
  ca_file: null,
  cert_file: null,
  key_file: null,
  server_name: null,
  min_version: 'TLSv1.2',
} as const;

/** Settings as the configuration would give them, with short waits. */
export function settings(changes: Partial<HecSettings> = {}): HecSettings {
  return {
    url: ['http://127.0.0.1:1'],
    token: { env: 'HEC_TOKEN' },
    ack: true,
    endpoint: 'event',
    index: null,
    source: null,
    sourcetype: null,
    host: null,
    log_types: [],
    indexed_fields: true,
    max_content_bytes: 900_000,
    max_events_per_request: null,
    gzip_level: 0,
    connections: 1,
    ack_poll_interval: 5,
    ack_timeout: 5_000,
    request_timeout: 5_000,
    stall_timeout: 5_000,
    tls: noTls,
    ...changes,
  };
}

/** A context that remembers what the transport said of itself. */
export class Context implements TransportContext {
  readonly name = 'splunk';
  readonly hostname = 'agent-1';
  readonly notices: string[] = [];
  readonly certificates: [string, Date][] = [];
  readonly connectionCounts: number[] = [];
  /** `host state reason`, one each change. */
  readonly hosts: string[] = [];
  secretReads = 0;
  token: string | Error = TOKEN;

  secret(_ref: SecretRef): string {
    this.secretReads += 1;
    if (this.token instanceof Error) throw this.token;
    return this.token;
  }

  readonly observer = {
    connections: (count: number): void => void this.connectionCounts.push(count),
    certificate: (role: 'server' | 'client', notAfter: Date): void => void this.certificates.push([role, notAfter]),
    host: (host: string, state: HostState, reason = ''): void =>
      void this.hosts.push(`${host} ${state} ${reason}`.trim()),
    notice: (message: string): void => void this.notices.push(message),
  };
}

export const ORIGIN: Origin = {
  logType: 'cloudtrail',
  source: 's3://logs/o-1/AWSLogs/file.json.gz',
  sourcetype: 'aws:cloudtrail',
  account: '111122223333',
  region: 'eu-west-1',
};

/** The event id of the n-th frame of a test. */
export const idOf = (n: number | string): string => createHash('sha256').update(String(n)).digest('hex').slice(0, 32);

/** Frames that the transport's own envelope lays out, `from` on. */
export function goodFrames(transport: Transport, count: number, from = 0, size = 0): string[] {
  const bound = transport.envelope.bind(ORIGIN, 'json');
  const pad = 'x'.repeat(size);
  return Array.from({ length: count }, (_, i) =>
    bound.frame(`{"n":${from + i},"pad":"${pad}"}`, 1_700_000_000_000 + i, 3, idOf(from + i)),
  );
}

/** A frame that Splunk refuses with a code. */
export const badFrames = {
  6: '{"time":1,"event":{"n":nonsense},"fields":{}}\n',
  7: '{"time":1,"event":{"n":1},"index":"forbidden"}\n',
  12: '{"time":1,"host":"no event"}\n',
  13: '{"time":1,"event":""}\n',
  15: '{"time":1,"event":{"n":1},"fields":{"nested":{"a":1}}}\n',
} as const;

/** A block in a pooled buffer that is longer than its frames. */
export function blockOf(frames: readonly string[]): FrameBlock {
  const text = frames.join('');
  const data = Buffer.alloc(text.length + 64, 0x7e);
  data.write(text, 'latin1');
  const ends = new Uint32Array(frames.length + 8);
  let end = 0;
  for (const [i, frame] of frames.entries()) {
    end += frame.length;
    ends[i] = end;
  }
  return { data, count: frames.length, ends };
}

export interface Rig extends AsyncDisposable {
  readonly stub: HecStub;
  readonly context: Context;
  readonly transport: Transport;
  /** The fault that sending gave, or undefined when it was delivered. */
  send(frames: readonly string[], signal?: AbortSignal): Promise<DeliveryError | undefined>;
  /** Sends until delivered, as the agent does; fails on `blocked` and returns what was rejected. */
  deliver(frames: readonly string[]): Promise<readonly number[]>;
}

export async function makeRig(changes: Partial<HecSettings> = {}, options: HecStubOptions = {}): Promise<Rig> {
  const stub = await createHecStub({ tokens: [{ token: TOKEN, ack: changes.ack ?? true }], keep: true, ...options });
  const context = new Context();
  const transport = hec.create(settings({ url: [stub.url], ...changes }), context);
  const send: Rig['send'] = (frames, signal = new AbortController().signal) =>
    faultOf(transport.send(blockOf(frames), signal));
  const deliver = async (frames: readonly string[]): Promise<readonly number[]> => {
    for (let tries = 0; tries < 200; tries++) {
      const error = await send(frames);
      if (error === undefined) return [];
      if (error.fault.kind === 'rejected') return error.fault.frames;
      if (error.fault.kind === 'blocked') throw error;
    }
    throw new Error('not delivered after 200 tries');
  };
  return {
    stub,
    context,
    transport,
    send,
    deliver,
    [Symbol.asyncDispose]: async () => {
      await transport.close();
      await stub[Symbol.asyncDispose]();
    },
  };
}

/** What a send was rejected with. Anything but a `DeliveryError` breaks the contract. */
export async function faultOf(sent: Promise<void>): Promise<DeliveryError | undefined> {
  try {
    await sent;
    return undefined;
  } catch (error) {
    if (error instanceof DeliveryError) return error;
    throw error;
  }
}

/** Ids of frames `from` to `to - 1` that were never indexed. */
export function lost(stub: HecStub, from: number, to: number, but: readonly number[] = []): number[] {
  const missing: number[] = [];
  for (let n = from; n < to; n++) if (!but.includes(n) && !stub.ids().has(idOf(n))) missing.push(n);
  return missing;
}
