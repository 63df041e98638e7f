import { beforeEach, describe, expect, test } from 'vitest';
import { named, QueueError } from '../../agent/aws/errors.ts';
import type { OpenObject } from '../../agent/aws/objects.ts';
import type { QueueMessage } from '../../agent/aws/queue.ts';
import { createLog } from '../../agent/health/log.ts';
import { Report } from '../../agent/report.ts';
import type { KeptFile } from '../../agent/rules/kept-file.ts';
import { readMetrics } from './health/metrics-text.ts';
import { range } from './rig.ts';

let lines: string[];
let report: Report;
beforeEach(() => {
  lines = [];
  report = new Report(createLog((line) => lines.push(line.trimEnd()), false));
});

async function value(name: string, labels: Record<string, string> = {}): Promise<number | undefined> {
  const { samples } = readMetrics(await report.registry.metrics());
  return samples.find(
    (sample) =>
      sample.name === `trailferry_${name}` &&
      Object.entries(labels).every(([label, text]) => sample.labels[label] === text),
  )?.value;
}

const busy = () => new QueueError('receiving from q', named('ServiceUnavailable', 'busy'));

function message(age: number, receiveCount = 1): QueueMessage {
  return { id: 'm', receipt: 'r', body: 'secret body', receiveCount, sentAtMs: 10_000 - age, receivedAtMs: 10_000 };
}

test('counts events that have to be sent again, by reason', async () => {
  const siem = report.destination('siem');
  siem.retried('TF-X', 20);
  siem.retried('TF-X', 22);
  expect(await value('destination_events_resent_total', { destination: 'siem', reason: 'TF-X' })).toBe(42);
  expect(await value('destination_retries_total', { destination: 'siem', reason: 'TF-X' })).toBe(2);
});

describe('a queue', () => {
  test('counts what it receives, and how old it is', async () => {
    const queue = report.dispatcher('q');
    queue.received([message(3000), message(7000, 2)]);
    expect(await value('queue_messages_received_total', { queue: 'q' })).toBe(2);
    expect(await value('queue_oldest_message_age_seconds', { queue: 'q' })).toBe(7);
    expect(await value('s3_notification_latency_seconds_count', { queue: 'q' })).toBe(1);
    queue.received([]);
    expect(await value('queue_oldest_message_age_seconds', { queue: 'q' })).toBe(0);
  });

  test('counts a message as deleted or returned, and says why one stays', async () => {
    const queue = report.dispatcher('q');
    queue.ended({ kind: 'settled', what: 'objects' });
    queue.ended({ kind: 'notice', what: 's3:TestEvent' });
    queue.ended({ kind: 'return', code: 'TF-S3-403', message: 'no', afterSeconds: 1 });
    queue.ended({ kind: 'return', code: 'TF-AGENT-STOP', message: 'stop', afterSeconds: 0 });
    expect(await value('queue_messages_deleted_total', { what: 'objects' })).toBe(1);
    expect(await value('queue_messages_deleted_total', { what: 's3:TestEvent' })).toBe(1);
    expect(await value('queue_messages_returned_total', { reason: 'TF-S3-403' })).toBe(1);
    expect(lines).toEqual(['warning: a message stays in the queue: no queue=q code=TF-S3-403']);
  });

  test('says once that receiving fails, and once that it works again', async () => {
    const queue = report.dispatcher('q');
    for (const error of [undefined, busy(), busy(), undefined, undefined]) queue.receive(error);
    expect(await value('queue_receive_errors_total', { reason: 'TF-SQS-503' })).toBe(2);
    expect(lines).toEqual([
      expect.stringMatching(/^error: receiving failed: .*busy/),
      'notice: receiving works again queue=q',
    ]);
  });

  test('counts leases that fail or are lost', async () => {
    const leases = report.leases('q');
    leases.failed('extend', busy());
    leases.lost(message(0), busy());
    expect(await value('queue_lease_failures_total', { queue: 'q', reason: 'TF-SQS-503' })).toBe(2);
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toContain('secret body');
  });
});

test('objects are in progress until they end; a skipped one never was', async () => {
  const objects = report.objects('q');
  objects.began();
  objects.began();
  objects.ended('ok', 2);
  objects.ended('skipped', 0);
  expect(await value('objects_in_progress')).toBe(1);
  expect(await value('objects_total', { result: 'ok' })).toBe(1);
  expect(await value('objects_total', { result: 'skipped' })).toBe(1);
  expect(await value('object_duration_seconds_count')).toBe(1);
});

test('a pipeline counts bytes, records and what goes to quarantine', async () => {
  const pipeline = report.pipeline();
  pipeline.opened({ size: 100 } as OpenObject);
  pipeline.read(new Map([['cloudtrail', 7]]), 1000);
  pipeline.quarantined('TF-JSON-INVALID');
  expect(await value('object_bytes_total', { kind: 'compressed' })).toBe(100);
  expect(await value('object_bytes_total', { kind: 'raw' })).toBe(1000);
  expect(await value('events_read_total', { source_type: 'cloudtrail' })).toBe(7);
  expect(await value('objects_quarantined_total', { reason: 'TF-JSON-INVALID' })).toBe(1);
});

test('a day of volume is a line for each destination and log type', () => {
  const row = { destination: 'siem', logType: 'cloudtrail', events: 5, bytes: 4500 };
  report.volume({ since: Date.UTC(2026, 0, 2), rows: [row, { ...row, logType: 'vpc-flow' }] });
  report.volume({ since: Date.UTC(2026, 0, 2), rows: [] });
  const since = 'since=2026-01-02T00:00:00.000Z';
  expect(lines.slice(-3)).toEqual([
    `info: volume delivered destination=siem log_type=cloudtrail events=5 bytes=4500 ${since}`,
    `info: volume delivered destination=siem log_type=vpc-flow events=5 bytes=4500 ${since}`,
    `info: volume delivered: none ${since}`,
  ]);
});

test('a destination counts answers, and says when it is down, blocked, and up again', async () => {
  const destination = report.destination('siem');
  expect(await value('destination_up', { destination: 'siem' })).toBe(1);
  const volumes = { cloudtrail: { events: 2, bytes: 900 }, 'vpc-flow': { events: 3, bytes: 100 } };
  destination.delivered(new Map(Object.entries(volumes)), 0.2);
  destination.heldBack(1.5);
  destination.retried('TF-HEC-503', 5);
  destination.circuit({ state: 'down', since: 0, reason: 'refused' });
  expect(await value('destination_up', { destination: 'siem' })).toBe(0);
  destination.circuit({ state: 'blocked', since: 0, reason: 'bad token; enable it' });
  destination.circuit({ state: 'up', since: 0 });
  destination.connections(2);
  destination.certificate('server', new Date(5000));
  destination.notice('a word');
  expect(await value('destination_up', { destination: 'siem' })).toBe(1);
  expect(await value('destination_events_acked_total', { destination: 'siem' })).toBe(5);
  expect(await value('destination_bytes_total', { destination: 'siem' })).toBe(1000);
  const flows = { destination: 'siem', source_type: 'vpc-flow' };
  expect(await value('destination_log_type_events_total', flows)).toBe(3);
  expect(await value('destination_log_type_bytes_total', flows)).toBe(100);
  expect(await value('destination_held_back_seconds_total', { destination: 'siem' })).toBe(1.5);
  expect(await value('destination_retries_total', { destination: 'siem', reason: 'TF-HEC-503' })).toBe(1);
  expect(await value('destination_connected', { destination: 'siem' })).toBe(2);
  expect(await value('destination_last_success_timestamp_seconds')).toBeGreaterThan(1e9);
  expect(await value('tls_certificate_not_after_timestamp_seconds', { role: 'server' })).toBe(5);
  expect(lines).toEqual([
    'warning: the destination is down: refused destination=siem',
    'error: the destination is blocked: bad token; enable it destination=siem',
    'notice: the destination takes events again destination=siem',
    'warning: a word destination=siem',
  ]);
});

test('hosts of a destination: their state is a metric, and each change a line', async () => {
  const destination = report.destination('siem');
  destination.host('a:6514', 'up');
  destination.host('b:6514', 'up');
  destination.host('a:6514', 'down', 'refused');
  destination.certificate('server', new Date(5000), 'b:6514');
  expect(await value('destination_host_up', { destination: 'siem', host: 'a:6514' })).toBe(0);
  expect(await value('destination_host_up', { destination: 'siem', host: 'b:6514' })).toBe(1);
  expect(await value('destination_up', { destination: 'siem' })).toBe(1);
  expect(await value('tls_certificate_not_after_timestamp_seconds', { role: 'server', host: 'b:6514' })).toBe(5);
  destination.host('a:6514', 'up');
  expect(lines).toEqual([
    'warning: a host of the destination is down: refused destination=siem host=a:6514',
    'notice: a host of the destination takes events again destination=siem host=a:6514',
  ]);
});

test('a filter that keeps everything back is told with its name', () => {
  report.keptAll('siem', 'no-reads', 5);
  expect(lines).toEqual([
    'warning: a filter kept back every event of the last hour; is it meant to? destination=siem filter=no-reads events=5',
  ]);
});

test('a state directory that refuses writes is told once, and once when it takes them again', async () => {
  for (const obstacle of [undefined, new Error('ENOSPC'), new Error('ENOSPC'), undefined]) report.stateDir(obstacle);
  expect(lines).toEqual([
    expect.stringMatching(/^error: the state directory refuses a write.*error=ENOSPC$/),
    'notice: the state directory takes writes again',
  ]);
  expect(await value('state_dir_trouble')).toBe(0);
  report.stateDir(new Error('EIO'));
  expect(report.stateTrouble).toBe('EIO');
  expect(await value('state_dir_trouble')).toBe(1);
});

test('work on many objects makes no more series than work on one', async () => {
  const work = (n: number): void => {
    const strange = `arn:aws:iam::11112222${n}:user/"evil"\n${n}`;
    const [queue, objects, pipeline, siem] = [
      report.dispatcher('q'),
      report.objects('q'),
      report.pipeline(),
      report.destination('siem'),
    ];
    queue.received([{ ...message(n), id: strange, body: strange }]);
    queue.ended({ kind: 'return', code: 'TF-S3-404', message: strange, afterSeconds: 1 });
    queue.receive(busy());
    objects.began();
    objects.ended('failed', n);
    pipeline.opened({ size: n, version: { bucket: 'b', key: strange, version: strange } } as OpenObject);
    pipeline.read(new Map([['generic', n]]), n);
    pipeline.quarantined('TF-JSON-INVALID');
    siem.circuit({ state: 'down', since: n, reason: strange });
    siem.notice(strange);
  };
  work(0);
  const before = readMetrics(await report.registry.metrics()).samples.length;
  for (const n of range(1, 200)) work(n);
  const text = await report.registry.metrics();
  expect(readMetrics(text).samples.length).toBe(before);
  expect(text).not.toMatch(/arn:|evil/);
  expect(lines.every((line) => !line.includes('\n'))).toBe(true);
});

describe('files of enrichment', () => {
  const file = (trouble?: string) => ({ name: 'city_file', trouble, modifiedAt: new Date(5000) }) as KeptFile<unknown>;

  test('are told once when they become bad, and once when they are good again', async () => {
    report.enrichment([file()]);
    expect(await value('enrichment_file_usable', { file: 'city_file' })).toBe(1);
    expect(await value('enrichment_file_modified_timestamp_seconds', { file: 'city_file' })).toBe(5);
    for (const _ of range(0, 2)) report.lookedAt(file('/x.mmdb is damaged'), false);
    expect(await value('enrichment_file_usable', { file: 'city_file' })).toBe(0);
    for (const _ of range(0, 2)) report.lookedAt(file(), false);
    report.lookedAt(file(), true);
    expect(lines).toEqual([
      'error: /x.mmdb is damaged; what was read of it before stays in force setting=city_file',
      'notice: a file of enrichment is good again setting=city_file',
      'notice: a new version of a file of enrichment is in force setting=city_file',
    ]);
  });

  test('that are no more have no metrics', async () => {
    report.enrichment([file('bad')]);
    report.enrichment([]);
    expect(await value('enrichment_file_usable')).toBeUndefined();
    expect(await value('enrichment_file_modified_timestamp_seconds')).toBeUndefined();
  });
});
