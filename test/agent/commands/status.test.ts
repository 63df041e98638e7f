import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../../../agent/command.ts';
import { status } from '../../../agent/commands/status.ts';
import { type HealthServer, serveHealth } from '../../../agent/health/server.ts';
import type { Status } from '../../../agent/pages.ts';
import { makePlace, type Place, runCommand } from './cli.ts';

const ANSWER: Status = {
  version: '1.2.3',
  startedAt: '2026-11-24T12:00:00.000Z',
  ready: true,
  reasons: [],
  notes: [],
  destinations: [
    {
      ...{ name: 'siem', type: 'hec', format: 'json', assurance: 'indexed', state: 'up' },
      ...{ since: '2026-11-24T12:00:00.000Z', pendingBytes: 7, backlogSeconds: { normal: 0 } },
      filters: [
        { name: 'no-reads', seen: 9, dropped: 5, keepsAll: false },
        { name: 'no-flows', seen: 4, dropped: 4, keepsAll: true },
      ],
    },
  ],
  queues: [{ name: 'q', destinations: ['siem'] }],
  enrichment: [
    { setting: 'accounts_file', modifiedAt: '2026-11-24T11:00:00.000Z' },
    { setting: 'city_file', modifiedAt: '2026-11-01T11:00:00.000Z', trouble: '/x.mmdb cannot be read (ENOENT)' },
  ],
  quarantineBytes: 9,
  volume: {
    since: '2026-11-24T00:00:00.000Z',
    rows: [{ destination: 'siem', logType: 'cloudtrail', events: 5, bytes: 4500 }],
  },
};

let place: Place;
let server: HealthServer;
let answer: unknown;
beforeEach(async () => {
  answer = ANSWER;
  const page = async () => ({ status: 200, type: 'application/json', body: JSON.stringify(answer) });
  server = await serveHealth({ host: '127.0.0.1', port: 0 }, new Map([['/api/v1/status', page]]));
  place = makePlace(server.address);
});
afterEach(async () => {
  await server.close();
  rmSync(place.stateDir, { recursive: true });
});

const run = (...args: string[]) => runCommand(status, ['--config', place.config, ...args]);

test('says what the agent does', async () => {
  expect(await run()).toEqual({
    code: 0,
    err: '',
    out: `trailferry 1.2.3, running since 2026-11-24T12:00:00.000Z: ready
destination siem: hec, json, indexed, up since 2026-11-24T12:00:00.000Z, 7 bytes pending
  filter no-reads kept back 5 of 9 events
  filter no-flows kept back 4 of 4 events; ALL of the last hour
queue q -> siem
enrichment accounts_file of 2026-11-24T11:00:00.000Z
enrichment city_file of 2026-11-01T11:00:00.000Z, but not as the file is now
quarantine: 9 bytes
delivered since 2026-11-24T00:00:00.000Z:
  siem cloudtrail: 5 events, 4500 bytes
`,
  });
});

test('the answer is no when it is not ready, and why', async () => {
  answer = { ...ANSWER, ready: false, reasons: ['destination siem is down: refused'] };
  const { code, out } = await run();
  expect(code).toBe(1);
  expect(out).toContain('NOT READY\n  destination siem is down: refused\n');
});

test('what a limit holds back is told, and no fault', async () => {
  answer = { ...ANSWER, notes: ['destination siem is held back by its limit of 5 events/s'] };
  const { code, out } = await run();
  expect(code).toBe(0);
  expect(out).toContain(': ready\n  destination siem is held back by its limit of 5 events/s\n');
});

test('-o json is the answer as it is', async () => {
  const { code, out } = await run('-o', 'json');
  expect([code, JSON.parse(out)]).toEqual([0, ANSWER]);
});

describe('the answer is no', () => {
  test('when nobody answers', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    const address = probe.address();
    await new Promise((resolve) => probe.close(resolve));
    const port = typeof address === 'object' ? address?.port : 0;
    const other = makePlace(`127.0.0.1:${port}`);
    const { code, err } = await runCommand(status, ['--config', other.config]);
    rmSync(other.stateDir, { recursive: true });
    expect([code, err]).toEqual([1, expect.stringMatching(/^no agent answers at .*is the service running/)]);
  });

  test('when the configuration has no health pages', async () => {
    const other = makePlace('off');
    const { code, err } = await runCommand(status, ['--config', other.config]);
    rmSync(other.stateDir, { recursive: true });
    expect([code, err]).toEqual([1, expect.stringContaining('metrics.listen is off')]);
  });
});

test('a bad configuration is named', async () => {
  const { code, err } = await runCommand(status, ['--config', join(place.stateDir, 'none.yaml')]);
  expect([code, err]).toEqual([78, expect.stringContaining('cannot be read')]);
});

test('-o takes json or text', async () => {
  await expect(run('-o', 'xml')).rejects.toThrow(UsageError);
});
