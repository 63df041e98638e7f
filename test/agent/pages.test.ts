import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Agent } from '../../agent/agent.ts';
import { createLog } from '../../agent/health/log.ts';
import { type HealthServer, serveHealth } from '../../agent/health/server.ts';
import { healthPages, type Status } from '../../agent/pages.ts';
import { Report } from '../../agent/report.ts';
import { readMetrics } from './health/metrics-text.ts';

const VOLUME = { destination: 'siem', logType: 'cloudtrail', events: 5, bytes: 4500 };

/** What the pages see of an agent. */
function fakeAgent(report: Report, reasons: string[]) {
  const tally = { truncated: 3, replaced: 4 };
  const settings = {
    name: 'siem',
    type: 'hec',
    format: 'json',
    max_events_per_second: 5000,
    settings: { token: 'S3cr3tCanary' },
  };
  const counts = [{ name: 'no-reads', seen: 9, dropped: 5 }];
  const state = { state: 'blocked', since: Date.UTC(2026, 0, 2), reason: 'bad token; enable it' };
  return {
    report,
    notReady: () => reasons,
    destinations: [
      {
        ...{ name: 'siem', settings, dress: { tally, rules: { filters: { counts } } } },
        outbox: {
          pendingBytes: 12_345,
          state,
          get backlog() {
            return new Map([
              ['high', 0],
              ['low', lowBacklog],
            ]);
          },
        },
        transport: { assurance: 'indexed' },
      },
    ],
    quarantine: { bytes: 77 },
    volume: { soFar: { since: Date.UTC(2026, 0, 2), rows: [VOLUME] } },
    enrichment: { unknownAccounts: 6, files: [{ name: 'asn_file', modifiedAt: new Date(0), trouble }] },
    filterWatch: { keepsAll: (destination: string, filter: string) => destination + filter === 'siemno-reads' },
    config: { queues: [{ name: 'q', url: 'https://sqs.example/q', destinations: ['siem'] }] },
  };
}

let server: HealthServer;
let reasons: string[];
let trouble: string | undefined;
let lowBacklog: number;
let agent: ReturnType<typeof fakeAgent>;
let report: Report;
beforeEach(async () => {
  reasons = [];
  trouble = undefined;
  lowBacklog = 0;
  report = new Report(createLog(() => {}, false));
  agent = fakeAgent(report, reasons);
  server = await serveHealth(
    { host: '127.0.0.1', port: 0 },
    healthPages(() => agent as unknown as Agent, '1.2.3'),
  );
});
afterEach(() => server.close());

const get = (path: string): Promise<Response> => fetch(`http://${server.address}${path}`);

describe('/readyz', () => {
  test('is fine when there is no reason against it', async () => {
    const answer = await get('/readyz');
    expect([answer.status, await answer.json()]).toEqual([200, { ready: true, reasons: [] }]);
  });

  test('names hosts that others stand in for', async () => {
    const { host } = report.destination('siem');
    host('a:6514', 'up');
    host('b:6514', 'up');
    host('a:6514', 'blocked', 'its certificate is expired; renew it');
    const { hosts, ...rest } = (await (await get('/readyz')).json()) as { hosts: unknown };
    expect(rest).toEqual({ ready: true, reasons: [] });
    const a = {
      host: 'a:6514',
      state: 'blocked',
      since: expect.any(String),
      reason: 'its certificate is expired; renew it',
    };
    expect(hosts).toEqual([{ destination: 'siem', ...a }]);
    const status = (await (await get('/api/v1/status')).json()) as Status;
    expect(status.destinations[0]?.hosts).toEqual([a, { host: 'b:6514', state: 'up', since: expect.any(String) }]);
  });

  test('says why events do not flow; the process is healthy all the same', async () => {
    reasons.push('destination siem is down: refused');
    const answer = await get('/readyz');
    expect([answer.status, await answer.json()]).toEqual([503, { ready: false, reasons }]);
    const health = await get('/healthz');
    expect([health.status, await health.json()]).toEqual([200, { ok: true }]);
  });

  test('says that a file of enrichment is not used as it is, which is no reason against it', async () => {
    trouble = '/n.mmdb is damaged';
    const agent = fakeAgent(report, reasons) as unknown as Agent;
    const page = healthPages(() => agent, '1.2.3').get('/readyz');
    const note = 'asn_file of enrichment: /n.mmdb is damaged; what was read of it before stays in force';
    expect(await page?.()).toMatchObject({ status: 200, body: expect.stringContaining(JSON.stringify([note])) });
  });

  test('says that a limit holds events back, which is no reason against it', async () => {
    lowBacklog = 33.04;
    const note = 'destination siem is held back by its limit of 5000 events/s: 33.0 s of events wait (low 33.0 s)';
    const answer = await get('/readyz');
    expect([answer.status, await answer.json()]).toEqual([200, { ready: true, reasons: [], notes: [note] }]);
    lowBacklog = 0.9;
    expect(await (await get('/readyz')).json()).toEqual({ ready: true, reasons: [] });
  });
});

test('how far a destination confirms is told everywhere, as it is at this moment', async () => {
  for (const level of ['unknown', 'window'] as const) {
    const confirm = { level, why: 'it does not answer' };
    // The pages read it each time from the transport that is there.
    Object.assign(agent.destinations[0]?.transport ?? {}, { confirmation: confirm });
    expect(await (await get('/readyz')).json()).toMatchObject({ confirm: [{ destination: 'siem', ...confirm }] });
    const status = (await (await get('/api/v1/status')).json()) as Status;
    expect(status.destinations[0]?.confirm).toEqual(confirm);
    const { samples } = readMetrics(await (await get('/metrics')).text());
    const levels = samples.filter(({ name }) => name === 'trailferry_destination_confirm_level');
    expect(levels.map(({ labels, value }) => [labels, value])).toEqual([[{ destination: 'siem', level }, 1]]);
  }
});

test('/metrics is what a scraper reads, with figures of this moment, however often it asks', async () => {
  for (const _ of [1, 2]) {
    const answer = await get('/metrics');
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const { samples } = readMetrics(await answer.text());
    const value = (name: string) => samples.find((sample) => sample.name === `trailferry_${name}`)?.value;
    expect(value('destination_pending_bytes')).toBe(12_345);
    expect(value('events_truncated_total')).toBe(3);
    expect(value('values_replaced_total')).toBe(4);
    expect(value('quarantine_bytes')).toBe(77);
    expect(value('enrichment_unknown_accounts_total')).toBe(6);
    expect(value('events_filtered_total')).toBe(5);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e7);
    expect(value('event_loop_delay_p99_seconds')).toBeLessThan(10);
  }
});

test('/api/v1/status says what runs, and no secret', async () => {
  const answer = await get('/api/v1/status');
  const text = await answer.text();
  expect(text).not.toContain('S3cr3tCanary');
  const status = JSON.parse(text) as Status;
  expect(status).toEqual({
    version: '1.2.3',
    startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    ready: true,
    reasons: [],
    notes: [],
    destinations: [
      {
        name: 'siem',
        type: 'hec',
        format: 'json',
        assurance: 'indexed',
        state: 'blocked',
        since: '2026-01-02T00:00:00.000Z',
        reason: 'bad token; enable it',
        pendingBytes: 12_345,
        backlogSeconds: { high: 0, low: 0 },
        filters: [{ name: 'no-reads', seen: 9, dropped: 5, keepsAll: true }],
      },
    ],
    queues: [{ name: 'q', destinations: ['siem'] }],
    enrichment: [{ setting: 'asn_file', modifiedAt: '1970-01-01T00:00:00.000Z' }],
    quarantineBytes: 77,
    volume: { since: '2026-01-02T00:00:00.000Z', rows: [VOLUME] },
  });
});
