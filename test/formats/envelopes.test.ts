import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentsOf } from '../../agent/object-type.ts';
import { convertBytes } from './convert.ts';

const cwl = (logGroup: string, messages: readonly string[], more: object = {}): string =>
  JSON.stringify({
    messageType: 'DATA_MESSAGE',
    owner: '111122223333',
    logGroup,
    logStream: 'stream-1',
    subscriptionFilters: ['all'],
    logEvents: messages.map((message, index) => ({ id: String(index), timestamp: 1_700_000_000_000 + index, message })),
    ...more,
  });

const CONTROL = cwl('', ['CWL CONTROL MESSAGE: Checking health of destination Firehose.'], {
  messageType: 'CONTROL_MESSAGE',
});

const FLOW = '2 111122223333 eni-0a1 192.0.2.1 198.51.100.7 443 5000 6 10 840 1700000000 1700000059 ACCEPT OK';

const trail = (name: string): object => ({
  eventVersion: '1.11',
  eventTime: '2026-01-02T03:04:05Z',
  eventSource: 'iam.amazonaws.com',
  eventName: name,
  awsRegion: 'eu-west-1',
  recipientAccountId: '111122223333',
});

const bridge = (detailType: string, detail: object): string =>
  JSON.stringify({
    version: '0',
    id: 'e-1',
    'detail-type': detailType,
    source: 'aws.test',
    account: '444455556666',
    time: '2026-02-03T04:05:06Z',
    region: 'eu-central-1',
    resources: [],
    detail,
  });

const sns = (message: string): string =>
  JSON.stringify({
    Type: 'Notification',
    MessageId: 'm-1',
    TopicArn: 'arn:aws:sns:eu-west-2:444455556666:topic',
    Message: message,
    Timestamp: '2026-03-04T05:06:07.000Z',
  });

async function leef(text: string, chunk = text.length): Promise<string[]> {
  const bytes = Buffer.from(text);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, at) =>
    bytes.subarray(at * chunk, (at + 1) * chunk),
  );
  const { outputs, records, failure } = await convertBytes(chunks);
  expect(failure).toBeUndefined();
  expect(outputs.leef.frames.length + outputs.leef.refused.length).toBe(records);
  return [...outputs.leef.frames.map(({ text: frame }) => frame), ...outputs.leef.refused];
}

/** Product, event id and attributes of a LEEF line, without what the id of the event makes of it. */
const said = (frame: string | undefined, ...keys: string[]): unknown[] => {
  const [, , product, , id] = frame?.split('|') ?? [];
  return [product, id, ...keys.map((key) => new RegExp(`(?:^|\\t|\\|)${key}=([^\\t]*)`).exec(frame ?? '')?.[1])];
};

describe('CloudWatch Logs', () => {
  it('hands each message to the type it looks like, with the account and time of its envelope', async () => {
    const frames = await leef(`${CONTROL}${cwl('flows', [FLOW, FLOW])}${cwl('/app/x', ['hello\nworld\n'])}`);
    expect(frames).toHaveLength(3);
    expect(said(frames[1], 'src', 'devTime')).toEqual(['VPC Flow Logs', 'ACCEPT', '192.0.2.1', '1700000059000']);
    expect(said(frames[2], 'awsAccountId', 'devTime', 'logGroup', 'msg')).toEqual([
      ...['AWS', 'generic', '111122223333', '1700000000000', '/app/x'],
      'hello world',
    ]);
  });

  it('gives records of JSON messages, and their own text to raw', async () => {
    const record = JSON.stringify(trail('CreateUser'));
    const { outputs } = await convertBytes([Buffer.from(cwl('trail', [record, `${record}\n`]))]);
    expect(outputs.raw.frames.map(({ text }) => text)).toEqual([record, record]);
    expect(said(outputs.leef.frames[0]?.text)).toEqual(['CloudTrail', 'CreateUser']);
  });

  it('an envelope larger than what its object is told by is opened all the same', async () => {
    const frames = await leef(cwl('flows', Array<string>(2000).fill(FLOW)), 16 * 1024);
    expect(frames).toHaveLength(2000);
    expect(said(frames[1999])).toEqual(['VPC Flow Logs', 'ACCEPT']);
    const event = bridge('AWS API Call via CloudTrail', {
      ...trail('A'),
      requestParameters: { x: 'y'.repeat(200_000) },
    });
    expect(said((await leef(event, 16 * 1024))[0])).toEqual(['CloudTrail', 'A']);
  });

  it('a message that is nearly JSON is sent as text', async () => {
    const broken = '{"eventVersion":1,"eventTime":1,"eventSource":1,"eventName":"X" oops}';
    const frames = await leef(cwl('x', [FLOW, broken, FLOW]));
    expect(frames.map((frame) => said(frame, 'msg'))).toEqual([
      ['VPC Flow Logs', 'ACCEPT', undefined],
      ['AWS', 'generic', broken],
      ['VPC Flow Logs', 'ACCEPT', undefined],
    ]);
  });

  it('a message that its type cannot read is refused alone', async () => {
    const frames = await leef(cwl('x', [FLOW, '2 111122223333 eni-0a1 192.0.2.1', FLOW]));
    expect(frames.filter((frame) => frame.startsWith('LEEF'))).toHaveLength(2);
    expect(frames.at(-1)).toBe('1 TF-COLUMNS-FEW');
  });

  it.each([
    ['no list', { logEvents: 'x' }],
    ['an event without message', { logEvents: [{ id: '1', timestamp: 1 }] }],
    ['an event that is null', { logEvents: [null] }],
  ])('an envelope with %s is one unreadable record; the others are read', async (_, broken) => {
    const frames = await leef(`${cwl('a', [FLOW])}${cwl('a', [], broken)}${cwl('a', [FLOW])}`);
    expect(frames.filter((frame) => frame.startsWith('LEEF'))).toHaveLength(2);
    expect(frames.at(-1)).toBe('1 TF-ENVELOPE-EMPTY');
  });
});

describe('EventBridge, SNS, FireLens', () => {
  it('an event is its detail, with account, region and time of the event where the detail has none', async () => {
    const frames = await leef(
      `${bridge('AWS API Call via CloudTrail', trail('DeleteUser'))}\n${bridge('Other', { a: 1 })}`,
    );
    expect(said(frames[0], 'awsRegion')).toEqual(['CloudTrail', 'DeleteUser', 'eu-west-1']);
    expect(said(frames[1], 'awsAccountId', 'awsRegion', 'devTime')).toEqual([
      ...['AWS', 'generic', '444455556666', 'eu-central-1', String(Date.UTC(2026, 1, 3, 4, 5, 6))],
    ]);
  });

  it('a finding of Security Hub in OCSF is the one in the list of its detail', async () => {
    const finding = {
      metadata: { version: '1.6.0' },
      class_uid: 2004,
      activity_id: 1,
      type_uid: 200401,
      severity_id: 4,
    };
    const [frame] = await leef(bridge('Findings Imported V2', { findings: [finding] }));
    expect(said(frame, 'sev', 'awsAccountId')).toEqual(['OCSF', '200401', '8', '444455556666']);
  });

  it('SNS around EventBridge is opened twice', async () => {
    const [frame] = await leef(sns(bridge('AWS API Call via CloudTrail', trail('PutRolePolicy'))));
    expect(said(frame)).toEqual(['CloudTrail', 'PutRolePolicy']);
  });

  it('nesting ends somewhere: what is deeper is a record', async () => {
    let text = bridge('x', { a: 1 });
    for (let depth = 0; depth < 6; depth += 1) text = sns(text);
    const frames = await leef(text);
    expect(frames).toHaveLength(1);
    expect(said(frames[0])).toEqual(['AWS', 'generic']);
  });

  it('a container line is its log', async () => {
    const line = { container_name: 'web', container_id: 'c1', source: 'stdout', log: FLOW };
    const task = 'arn:aws:ecs:eu-west-3:444455556666:task/t/1';
    const frames = await leef(
      `${JSON.stringify({ ...line, ecs_task_arn: task })}\n${JSON.stringify({ ...line, log: '' })}`,
    );
    expect(frames).toHaveLength(1);
    expect(said(frames[0], 'awsRegion')).toEqual(['VPC Flow Logs', 'ACCEPT', 'eu-west-3']);
  });

  it('a value that nobody has wrapped is read as what it is', async () => {
    const frames = await leef(`${cwl('a', [FLOW])}${JSON.stringify(trail('GetUser'))} 17\n${cwl('a', [FLOW])}`);
    expect(frames.map((frame) => said(frame)[0])).toEqual(['VPC Flow Logs', 'CloudTrail', 'VPC Flow Logs', undefined]);
  });
});

it('any chunking and any place to go on gives the same records', () => {
  const text = `${CONTROL}${cwl('flows', [FLOW, FLOW])}${cwl('x', ['a', 'b', 'c'])}${bridge('AWS API Call via CloudTrail', trail('A'))}`;
  const bytes = Buffer.from(text);
  const object = { bucket: 'b', key: 'k', version: 'v' };
  const read = (skip: number, size: number): string[] => {
    const reader = contentsOf(object, bytes, []).open({ skip, maxRecordBytes: 2 ** 20 });
    const texts: string[] = [];
    const keep = ({ text: record }: { readonly text: string }, ordinal: number): void => {
      texts.push(`${ordinal} ${record}`);
    };
    for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size), keep);
    reader.end(keep);
    return texts;
  };
  const all = read(0, bytes.length);
  expect(all).toHaveLength(6);
  fc.assert(
    fc.property(fc.nat(7), fc.integer({ min: 1, max: 400 }), (skip, size) => {
      expect(read(skip, size)).toEqual(all.slice(skip));
    }),
  );
});
