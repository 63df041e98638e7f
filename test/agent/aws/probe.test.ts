import { expect, test } from 'vitest';
import { clockStep, policySteps } from '../../../agent/aws/probe.ts';
import type { QueuePolicy } from '../../../agent/aws/queue.ts';

const DAY = 86_400;

test.each([
  [0, true, 'as that of AWS', false],
  [1_900, true, 'as that of AWS', false],
  [-59_000, true, '59 s behind AWS', false],
  [61_000, true, '61 s ahead of AWS', true],
  [-301_000, false, '301 s behind AWS', true],
])('a clock that is %d ms ahead', (ms, ok, detail, wantsAttention) => {
  const step = clockStep(ms);
  expect([step.ok, step.detail, step.remedy !== undefined]).toEqual([ok, detail, wantsAttention]);
});

const policy: QueuePolicy = {
  arn: 'arn:aws:sqs:eu-west-1:111122223333:q',
  visibilitySeconds: 30,
  retentionSeconds: 14 * DAY,
  deadLetters: { arn: 'arn:aws:sqs:eu-west-1:111122223333:dead', maxReceiveCount: 20 },
};

test('a queue as it should be', () => {
  expect(policySteps(policy)).toEqual([
    { step: 'dead letters', ok: true, ms: 0, detail: `${policy.deadLetters?.arn} after 20 receives` },
    { step: 'retention', ok: true, ms: 0, detail: '14 days' },
  ]);
});

test('less than four days, or no dead letters: works, but wants attention', () => {
  const [dead, retention] = policySteps({ ...policy, retentionSeconds: 4 * DAY - 1, deadLetters: undefined });
  expect(dead).toMatchObject({ ok: true, remedy: expect.stringContaining('redrive policy') });
  expect(retention).toMatchObject({ ok: true, detail: '4 days', remedy: expect.stringContaining('14 days') });
  expect(policySteps({ ...policy, retentionSeconds: 4 * DAY })[1]?.remedy).toBeUndefined();
});
