import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createMetrics } from '../../../agent/health/metrics.ts';
import { readMetrics } from './metrics-text.ts';

const registry = new Registry();
const metrics = createMetrics(registry);

test('every metric has our prefix, a help, and a name that says its type and unit', async () => {
  const all = await registry.getMetricsAsJSON();
  expect(all).toHaveLength(Object.keys(metrics).length);
  for (const { name, help, type } of all) {
    expect(name).toMatch(/^trailferry_[a-z0-9_]+$/);
    expect(help).toMatch(/^[A-Z0-9].*\.$/);
    expect([name, name.endsWith('_total')]).toEqual([name, String(type) === 'counter']);
    if (String(type) === 'histogram') expect(name).toMatch(/_seconds$/);
  }
});

test('an unused registry is text that a scraper reads', async () => {
  const { types } = readMetrics(await registry.metrics());
  expect(types.size).toBe(Object.keys(metrics).length);
});

test('no label is made for names that strangers choose', async () => {
  const labels = new Set<string>();
  for (const metric of Object.values(metrics)) {
    for (const name of (metric as unknown as { labelNames: string[] }).labelNames) labels.add(name);
  }
  expect([...labels].sort()).toEqual(
    [
      'destination',
      'file',
      'filter',
      'host',
      'kind',
      'node',
      'priority',
      'queue',
      'reason',
      'result',
      'role',
      'source_type',
      'state',
      'version',
      'what',
    ].sort(),
  );
});
