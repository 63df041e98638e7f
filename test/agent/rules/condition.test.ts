import { describe, expect, test } from 'vitest';
import { compileCondition } from '../../../agent/rules/condition.ts';
import { describeCondition } from '../../../agent/rules/describe.ts';
import type { Condition } from '../../../config/config.ts';
import type { ObjectOrigin } from '../../../formats/event.ts';
import { cloudtrail, ORIGIN, ofCall, ofFlow, vpcFlow } from './events.ts';

function holdsFor(condition: Condition, members: object, origin: Partial<ObjectOrigin> = {}): boolean {
  const verdict = compileCondition(condition, cloudtrail)({ ...ORIGIN, ...origin });
  return typeof verdict === 'boolean' ? verdict : ofCall(members, verdict);
}

const CALL = {
  eventName: 'GetObject',
  awsRegion: 'eu-west-1',
  recipientAccountId: '111122223333',
  readOnly: true,
  sourceIPAddress: '192.0.2.7',
  userIdentity: { type: 'IAMUser', userName: 'zoë' },
};

describe('a condition on a call', () => {
  test.each<[Condition, boolean]>([
    [{ log_type: ['vpc-flow', 'cloudtrail'] }, true],
    [{ log_type: ['vpc-flow'] }, false],
    [{ account: ['111122223333'] }, true],
    [{ account: ['444455556666'] }, false],
    [{ region: ['eu-west-1', 'eu-west-2'] }, true],
    [{ event_name: ['Put*', 'Get*'] }, true],
    [{ event_name: ['GetObject'] }, true],
    [{ event_name: ['getobject'] }, false],
    [{ severity: { below: 2 } }, true],
    [{ severity: { below: 1 } }, false],
    [{ severity: { at_least: 1 } }, true],
    [{ severity: { at_least: 1, below: 3 } }, true],
    [{ severity: { at_least: 2 } }, false],
    [{ field: { name: 'user.name', equals: 'zoë' } }, true],
    [{ field: { name: 'user.name', matches: ['zo?'] } }, true],
    [{ field: { name: 'user.name', matches: ['zo??'] } }, false],
    [{ field: { name: 'event.read_only', equals: true } }, true],
    [{ field: { name: 'event.read_only', in: [false, 'true'] } }, true],
    [{ field: { name: 'source.address', cidr: ['198.51.100.0/24', '192.0.2.0/24'] } }, true],
    [{ field: { name: 'source.address', cidr: ['192.0.2.8'] } }, false],
    [{ field: { name: 'event.reason', matches: ['*'] } }, false],
    [{ field: { name: 'dns.type' as never, matches: ['*'] } }, false],
    [{ not: { field: { name: 'event.reason', equals: 'AccessDenied' } } }, true],
    [{ event_name: ['Get*'], severity: { at_least: 7 } }, false],
    [{ event_name: ['Get*'], severity: { below: 7 }, region: ['eu-west-1'] }, true],
    [{ all: [{ event_name: ['Get*'] }, { not: { region: ['eu-west-1'] } }] }, false],
    [{ any: [{ severity: { at_least: 7 } }, { region: ['eu-west-1'] }] }, true],
    [{ any: [{ severity: { at_least: 7 } }, { log_type: ['vpc-flow'] }] }, false],
    [{ not: { any: [{ severity: { at_least: 7 } }, { event_name: ['Put*'] }] } }, true],
  ])('%j: %s', (condition, holds) => {
    expect(holdsFor(condition, CALL)).toBe(holds);
  });
});

test('a number is compared as it is written', () => {
  const equals = compileCondition({ field: { name: 'event.start', equals: 1000 } }, vpcFlow)(ORIGIN);
  if (typeof equals === 'boolean') throw new Error('the event must be asked');
  expect(ofFlow('192.0.2.1', '192.0.2.2', equals)).toBe(true);
});

describe('what the key of an object says is said of all its events', () => {
  const known = { ...ORIGIN, account: '111122223333', region: 'eu-west-1' };
  test.each<[Condition, boolean]>([
    [{ account: ['111122223333'] }, true],
    [{ account: ['444455556666'] }, false],
    [{ account: ['444455556666'], event_name: ['Get*'] }, false],
    [{ log_type: ['cloudtrail'], region: ['eu-west-1'] }, true],
    [{ any: [{ region: ['eu-west-1'] }, { event_name: ['Get*'] }] }, true],
    [{ not: { any: [{ region: ['eu-west-1'] }, { event_name: ['Get*'] }] } }, false],
    [{ all: [{ log_type: ['vpc-flow'] }, { event_name: ['Get*'] }] }, false],
  ])('%j needs no event: %s', (condition, verdict) => {
    expect(compileCondition(condition, cloudtrail)(known)).toBe(verdict);
  });

  test('and where it does not, each event is asked', () => {
    expect(compileCondition({ account: ['1'], event_name: ['Get*'] }, cloudtrail)(ORIGIN)).toBeTypeOf('function');
    expect(compileCondition({ region: ['eu-west-1'], event_name: ['Get*'] }, cloudtrail)(known)).toBeTypeOf('function');
  });
});

test('a condition can be said in words', () => {
  const condition: Condition = {
    log_type: ['cloudtrail'],
    event_name: ['Get*', 'List*'],
    severity: { at_least: 1, below: 4 },
    field: { name: 'source.address', cidr: ['10.0.0.0/8'] },
    any: [{ region: ['eu-west-1'] }, { not: { field: { name: 'user.name', matches: ['svc-*'] } } }],
    all: [{ field: { name: 'event.read_only', equals: false } }],
  };
  expect(describeCondition(condition)).toBe(
    'log_type cloudtrail, event_name Get* or List*, severity at least 1, severity below 4, source.address in 10.0.0.0/8, event.read_only is false, (region eu-west-1 or not (user.name like svc-*))',
  );
});
