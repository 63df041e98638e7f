import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../agent/command.ts';
import { fields } from '../../../agent/commands/fields.ts';
import { logTypeNames } from '../../../formats/log-types/index.ts';
import { runCommand } from './cli.ts';

describe('fields', () => {
  test('prints where each field comes from, and what each format calls it', async () => {
    const { code, out } = await runCommand(fields, ['vpc-flow']);
    expect(code).toBe(0);
    expect(out).toContain('OCSF class Network Activity.');
    expect(out).toContain('| source.port | srcport | spt | srcPort | src_endpoint.port | source.port |');
    expect(out).toContain('| vpc.id | vpc-id | cs3 (VpcId) | vpcId | device.vpc_uid | aws.vpc.id | VPC id |');
  });

  test('for a type of several classes names the paths of all', async () => {
    const { out } = await runCommand(fields, ['-o', 'json', 'cloudtrail']);
    const [{ fields: rows }] = JSON.parse(out) as [{ fields: { field: string; ocsf: string }[] }];
    expect(
      rows
        .find(({ field }) => field === 'user.name')
        ?.ocsf.split(' ')
        .sort(),
    ).toEqual([...['actor.user.name', 'evidences.0.actor.user.name', 'user.name']]);
  });

  test('of all log types are there without a name', async () => {
    const { out } = await runCommand(fields, ['-o', 'json']);
    const types = JSON.parse(out) as { name: string }[];
    expect(new Set(types.map(({ name }) => name))).toEqual(new Set(logTypeNames));
  });

  test.each([[['vpcflow']], [['-o', 'csv']], [['-o', 'xml', '--qid']], [['-o', 'constructor']]])(
    '%j is no usage',
    async (args) => {
      await expect(runCommand(fields, args)).rejects.toThrow(UsageError);
    },
  );
});

describe('fields --qid', () => {
  test('lists each EventID and category with the severities it may have', async () => {
    const { out } = await runCommand(fields, ['--qid', '-o', 'json', 'vpc-flow']);
    expect(JSON.parse(out)).toContainEqual({
      ...{ logType: 'vpc-flow', product: 'AWS VPC Flow Logs', logSourceType: 'Amazon VPC Flow Logs', open: false },
      ...{ eventId: 'REJECT', category: 'VPCFlow', label: 'Flow rejected', severities: [3] },
    });
  });

  test('says of open sets what the record holds there', async () => {
    const { out } = await runCommand(fields, ['--qid', 'cloudtrail']);
    expect(out).toContain('| cloudtrail | `<eventName>` | `<eventSource> Failure` |');
    expect(out).toContain('| cloudtrail | `StopLogging` | `<eventSource> Success` | 8 | Stop Logging |');
  });

  test('as CSV has one line a pair, quoted where it must be', async () => {
    const { out } = await runCommand(fields, ['--qid', '-o', 'csv', 'route53-resolver', 'generic']);
    const lines = out.split('\r\n');
    expect(lines[0]).toBe('log type,EventID,category,severity,name');
    expect(lines).toContain('route53-resolver,DNSFirewall:BLOCK,DNS NOERROR,6,DNS query blocked');
    expect(lines.filter((line) => line.startsWith('generic,'))).toEqual(['generic,generic,generic,1,AWS log record']);
  });

  test('names no pair twice within a log type', async () => {
    const { out } = await runCommand(fields, ['--qid', '-o', 'json']);
    const keys = (JSON.parse(out) as { logType: string; eventId: string; category: string }[]).map(
      ({ logType, eventId, category }) => `${logType} ${eventId} ${category}`,
    );
    expect(new Set(keys).size).toBe(keys.length);
  });
});
