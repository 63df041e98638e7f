import { describe, expect, test } from 'vitest';
import { hec } from '../../../transports/hec/index.ts';
import type { ProbeReport, Transport } from '../../../transports/transport.ts';
import type { HecStubOptions } from '../../fakes/hec-stub.ts';
import { Context, makeRig, settings, TOKEN } from './rig.ts';

const probe = (transport: Transport): Promise<ProbeReport> => transport.probe(new AbortController().signal);
const names = ({ steps }: ProbeReport): string[] => steps.map(({ step, ok }) => `${step} ${ok ? 'ok' : 'failed'}`);
const tokens = (token: object): HecStubOptions => ({ tokens: [{ token: TOKEN, ...token }] });

describe('a probe', () => {
  test('walks all the way, and sends no event', async () => {
    await using rig = await makeRig();
    const report = await probe(rig.transport);
    expect(names(report)).toEqual(['dns ok', 'tcp ok', 'health ok', 'token ok', 'ack ok']);
    expect(report).toMatchObject({ ok: true, assurance: 'indexed' });
    for (const { ms, remedy } of report.steps) expect([ms >= 0, remedy]).toEqual([true, undefined]);
    await expect.poll(() => rig.context.connectionCounts.at(-1)).toBe(0);
    expect(rig.stub.stats().indexed).toBe(0);
    expect(rig.stub.requests.every(({ body }) => !body.includes('event'))).toBe(true);
  });

  const failures: readonly [string, HecStubOptions, boolean, string, RegExp][] = [
    ['a token that is unknown', { tokens: [] }, true, 'token', /valid, enabled HEC token/],
    ['a token that is disabled', tokens({ ack: true, disabled: true }), true, 'token', /enable the token/],
    ['a token without acknowledgement', tokens({}), true, 'ack', /indexer acknowledgement/],
    ['a token that asks for acknowledgement', tokens({ ack: true }), false, 'token', /ack: true/],
  ];

  test.each(failures)('finds %s', async (_name, options, ack, step, remedy) => {
    await using rig = await makeRig({ ack }, options);
    const report = await probe(rig.transport);
    expect(report.ok).toBe(false);
    expect(report.steps.at(-1)).toMatchObject({ step, ok: false, remedy: expect.stringMatching(remedy) });
    expect(JSON.stringify(report)).not.toContain(TOKEN);
  });

  test('finds an unhealthy endpoint', async () => {
    await using rig = await makeRig();
    rig.stub.health({ status: 503, code: 18, text: 'HEC is unhealthy, queues are full' });
    const last = (await probe(rig.transport)).steps.at(-1);
    expect(last).toMatchObject({ step: 'health', ok: false, detail: expect.stringContaining('queues are full') });
    expect(last?.remedy).toContain('Monitoring Console');
  });

  test('finds a closed port, and a name that does not exist', async () => {
    const closed = await probe(hec.create(settings({ url: 'http://127.0.0.1:1' }), new Context()));
    expect(names(closed)).toEqual(['dns ok', 'tcp failed']);
    const nameless = await probe(hec.create(settings({ url: 'https://splunk.invalid:8088' }), new Context()));
    expect(names(nameless)).toEqual(['dns failed']);
    for (const { steps } of [closed, nameless]) expect(steps.at(-1)?.remedy).toContain('firewalls');
  });

  test('finds a port that says nothing, in time', async () => {
    await using rig = await makeRig({ request_timeout: 50 });
    rig.stub.fault({ on: 'health', stall: 'before' });
    expect((await probe(rig.transport)).steps.at(-1)).toMatchObject({ step: 'health', ok: false });
  });

  test('says that acknowledgement is off as configured', async () => {
    await using rig = await makeRig({ ack: false });
    const report = await probe(rig.transport);
    expect(report).toMatchObject({ ok: true, assurance: 'accepted' });
    expect(report.steps.at(-1)?.detail).toBe('off, as configured');
  });
});
