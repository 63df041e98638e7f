import type { FrameBlock, Origin, Transport, TransportContext } from '../../transports/transport.ts';

export const ORIGIN: Origin = {
  logType: 'cloudtrail',
  source: 's3://bucket/key.json.gz',
  sourcetype: 'aws:cloudtrail',
  account: '111122223333',
  region: 'eu-west-1',
};

/** 2026-11-24T03:40:00.123Z */
export const EVENT_TIME = Date.UTC(2026, 10, 24, 3, 40, 0, 123);

/** A block of ready frames. @param frames byte strings */
export function blockOf(frames: readonly string[]): FrameBlock {
  const ends = new Uint32Array(frames.length);
  let end = 0;
  for (const [index, frame] of frames.entries()) {
    end += frame.length;
    ends[index] = end;
  }
  return { data: Buffer.from(frames.join(''), 'latin1'), count: frames.length, ends };
}

/** A block of texts in a transport's own envelope. */
export function enveloped(transport: Transport, texts: readonly string[]): FrameBlock {
  const envelope = transport.envelope.bind(ORIGIN, 'text');
  return blockOf(texts.map((text) => envelope.frame(text, EVENT_TIME, 0, eventId(text))));
}

export function eventId(text: string): string {
  return Buffer.from(text, 'latin1').toString('hex').padStart(32, '0').slice(-32);
}

/** What a transport said of itself. */
export interface Said {
  readonly connections: number[];
  readonly certificates: [role: string, notAfter: Date, host?: string][];
  readonly notices: string[];
  /** `host state`, one each change. */
  readonly hosts: string[];
}

export function testContext(): TransportContext & { readonly said: Said } {
  const said: Said = { connections: [], certificates: [], notices: [], hosts: [] };
  return {
    said,
    name: 'siem',
    hostname: 'agent.example',
    secret: () => {
      throw new Error('this test has no secrets');
    },
    observer: {
      connections: (count) => said.connections.push(count),
      certificate: (role, notAfter, host) =>
        said.certificates.push(host === undefined ? [role, notAfter] : [role, notAfter, host]),
      host: (host, state) => said.hosts.push(`${host} ${state}`),
      notice: (message) => said.notices.push(message),
    },
  };
}

/** A signal that never fires. */
export const never = new AbortController().signal;
