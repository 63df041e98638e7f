import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Dress } from '../../agent/convert.ts';
import { quarantined } from '../../agent/delivery/quarantine.ts';
import type { StoredEntry } from '../../agent/delivery/segment.ts';
import { ferry } from '../../agent/pipeline.ts';
import { resending } from '../../agent/resend.ts';
import { readConfig } from '../../config/load.ts';
import { formats } from '../../formats/wire/index.ts';
import { never, startRig } from './rig.ts';

/** What a destination that writes LEEF to a file gets of an entry. */
async function resent(entry: StoredEntry, log_types = ''): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'trailferry-resend-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const out = join(directory, 'out');
  const { config } = readConfig(
    `version: 1
aws: {region: eu-west-1}
queues: [{name: q, url: "https://sqs.eu-west-1.amazonaws.com/111122223333/q", buckets: [logs], destinations: [out]${log_types}}]
destinations: [{name: out, type: file, path: ${out}, format: leef}]
state_dir: ${directory}
`,
    'test.yaml',
  );
  expect(await resending(config)(entry)).toBeUndefined();
  return readFileSync(out, 'utf8');
}

/** Fourteen columns like the default format, in another order: without its header this line would be read wrongly. */
const HEADER =
  'version interface-id account-id dstaddr srcaddr dstport srcport protocol packets bytes start end action log-status';
const LINE =
  '2 eni-0123456789abcdef0 111122223333 198.51.100.9 192.0.2.7 443 49152 6 1 2 1795478400 1795478459 ACCEPT OK';
const ENTRY: Omit<StoredEntry, 'logType' | 'bytes'> = {
  ...{ id: '1', kind: 'record', ordinal: 4, destination: 'out', reason: 'x', message: 'x', at: 0 },
  object: { bucket: 'logs', key: 'key', version: 'v' },
};

it('reads a flow line again by the header of its own object', async () => {
  const text = await resent({ ...ENTRY, logType: 'vpc-flow', header: HEADER, bytes: Buffer.from(LINE) });
  expect(text).toContain('\tsrc=192.0.2.7\tsrcPort=49152\tdst=198.51.100.9\tdstPort=443\t');
});

/** What is kept of the records of an object that a destination has no room for. */
async function refused(text: string, columns?: string): Promise<StoredEntry[]> {
  const rig = await startRig({ destinations: ['out'] });
  onTestFinished(() => rig.close());
  const dress = new Dress(formats.leef, { bind: () => ({ room: 1, frame: (line) => line }) });
  const targets = rig.parts.targets.map((target) => ({ ...target, dress }));
  const overrides = columns === undefined ? [] : [{ key: '*', type: 'vpc-flow', columns }];
  const free = { reading: never, waiting: never };
  await ferry(rig.objects.put('key', [text]), { ...rig.parts, targets, overrides }, free);
  return Array.fromAsync(quarantined(rig.stateDir));
}

const subscribed = (logGroup: string, ...messages: string[]): string =>
  JSON.stringify({
    ...{ messageType: 'DATA_MESSAGE', owner: '111122223333', logGroup, logStream: 'über' },
    logEvents: messages.map((message, index) => ({ id: String(index), timestamp: 1_700_000_000_000 + index, message })),
  });

it('reads a record that came in an envelope with what the envelope said of it, and all of its lines', async () => {
  const [, entry] = await refused(subscribed('/app/x', 'hello', 'good\nbye\n'));
  expect(entry?.bytes.toString()).toBe('good\nbye');
  const text = await resent(entry as StoredEntry);
  for (const said of ['awsAccountId=111122223333', 'devTime=1700000000001', 'logGroup=/app/x', 'logStream=über'])
    expect(text).toContain(`\t${said}`);
  expect(text).toContain('\tmsg=good bye');
});

it('reads a line that came in an envelope by the columns that were chosen for it', async () => {
  const [entry] = await refused(subscribed('flows', LINE), HEADER);
  const text = await resent(entry as StoredEntry);
  expect(text).toContain('\tsrc=192.0.2.7\tsrcPort=49152\tdst=198.51.100.9\tdstPort=443\t');
});

it('gives a record the labels of the queue that it came by, if that is still there', async () => {
  const [entry] = await refused(subscribed('/app/x', 'hello'));
  const labels = ', static_labels: {environment: prod}';
  expect(await resent(entry as StoredEntry, labels)).toContain('\tlabel_environment=prod');
  expect(await resent({ ...(entry as StoredEntry), queue: 'gone' }, labels)).not.toContain('label_');
});

it('reads an entry of an earlier version, which knows no context', async () => {
  const text = await resent({ ...ENTRY, logType: 'generic', bytes: Buffer.from('hello') });
  expect(text).toContain('\tmsg=hello');
  expect(text).not.toContain('devTime');
});
