import { expect, it } from 'vitest';
import { Converter } from '../../agent/convert.ts';
import { dressOf } from '../../agent/destination.ts';
import { readConfig } from '../../config/load.ts';
import { vpcFlow } from '../../formats/log-types/vpc-flow.ts';
import { plainContents } from '../../formats/reader.ts';
import type { Envelope } from '../../transports/transport.ts';

const ROOM = 250;
const LONG = `i-${'1'.repeat(ROOM)}`;
const LINE: Envelope = { bind: () => ({ room: ROOM, frame: (text) => text }) };
const ORIGIN = { bucket: 'logs', key: 'key', version: 'v', account: undefined, region: undefined };

function destination(more: string) {
  const { config } = readConfig(
    `version: 1
aws: {region: eu-west-1}
queues: [{name: q, url: "https://sqs.eu-west-1.amazonaws.com/111122223333/q", buckets: [logs], destinations: [out]}]
destinations: [{name: out, type: syslog, host: localhost, ${more}}]
`,
    'test.yaml',
  );
  const [settings] = config.destinations;
  if (settings === undefined) throw new Error('there is no destination');
  return settings;
}

it.each(['raw', 'leef'])('%s, oversize: send: events longer than a message go whole, and are counted', (format) => {
  const dress = dressOf(destination(`format: ${format}, oversize: send`), LINE);
  const frames: string[] = [];
  const sink = {
    offered: 0,
    frame: (_ordinal: number, frame: string) => void frames.push(frame),
    pass: () => undefined,
    refuse: () => undefined,
  };
  const converter = new Converter(plainContents(vpcFlow, ORIGIN), [{ dress, sink }]);
  const line = (id: string): string => `192.0.2.1 10.0.0.1 ${id} ACCEPT 1 2`;
  converter.push(Buffer.from(`srcaddr dstaddr instance-id action start end\n${line('i-1')}\n${line(LONG)}\n`));
  converter.end();
  expect(frames).toHaveLength(2);
  expect(frames[1]).toContain(LONG);
  expect(dress.tally.truncated).toBe(1);
});
