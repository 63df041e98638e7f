import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../agent/command.ts';
import { sendTest } from '../../../agent/commands/send-test.ts';
import { SECRET, Siem, SiemCommand } from './siem.ts';

const command = new SiemCommand(sendTest);
const { run } = command;

/** The ids that were printed. */
const idsIn = (out: string): string[] => [...out.matchAll(/^ {2}event ([0-9a-f]{32})$/gm)].map(([, id = '']) => id);

test('LEEF over TLS: one marked event of now, confirmed, and the AQL that finds it', async () => {
  await using siem = new Siem();
  const receiver = await siem.tls('siem', command.certificates, command.certificates.server);
  const before = Date.now();
  const { code, out } = await run(siem);
  const [id = ''] = idsIn(out);
  expect([code, receiver.faults, receiver.messages.length]).toEqual([0, [], 1]);
  const [message = ''] = receiver.messages;
  expect(message).toMatch(/^<\d+>1 \S+ \S+ trailferry - generic - LEEF:1\.0\|AWS\|AWS\|/);
  expect(message).toContain(`trailferryEventId=${id}`);
  expect(message).toContain('trailferry send-test: this is a test event');
  const time = Number(/devTime=(\d+)/.exec(message)?.[1]);
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now());
  expect(out).toMatch(/\n {2}confirmed \(confirm: close-notify\): the receiving process has read it all \(\d+ ms\)\n/);
  expect(out).toContain(`  this must find it in QRadar, Advanced Search:\n    SELECT `);
  expect(out).toMatch(new RegExp(`FROM events WHERE UTF8\\(payload\\) ILIKE '%${id}%' LAST 1 HOURS\\n$`));
});

test('HEC: indexed, and the SPL says index, sourcetype and event id as they were sent', async () => {
  await using siem = new Siem();
  const stub = await siem.hec('siem', 'format: json, index: aws_logs');
  const { code, out } = await run(siem);
  const [id = ''] = idsIn(out);
  expect(code).toBe(0);
  expect(stub.events).toMatchObject([
    { index: 'aws_logs', sourcetype: 'aws:s3', fields: { event_id: id }, event: { test: 'trailferry-send-test' } },
  ]);
  expect(out).toContain('indexed: the SIEM says that it has stored it');
  const spl = `index=aws_logs sourcetype="aws:s3" event_id::${id} earliest=-1h latest=+1h`;
  expect(out).toContain(`find it in Splunk:\n    ${spl}\n`);
});

test('HEC, lines: the SPL asks for the event id in the text', async () => {
  await using siem = new Siem();
  const stub = await siem.hec('siem', 'format: json, index: aws_logs, endpoint: raw');
  const { code, out } = await run(siem);
  const [id = ''] = idsIn(out);
  expect([code, stub.events.length]).toEqual([0, 1]);
  expect(String(stub.events[0]?.event)).toContain(`"event_id":"${id}"`);
  expect(out).toContain(`index=aws_logs sourcetype="aws:s3" ${id} earliest=-1h latest=+1h`);
});

test('a token without an index of its own: any index is searched', async () => {
  await using siem = new Siem();
  await siem.hec('siem', 'format: leef, sourcetype: "odd \\"one"');
  expect((await run(siem)).out).toContain('index=* sourcetype="odd \\"one" event_id::');
});

test('each destination gets an event of its own, past its filters; grep for what is no SIEM', async () => {
  await using siem = new Siem();
  const filter = 'filters: [{name: none, drop: {log_type: [generic]}}]';
  siem.destination(`name: dry, type: file, path: "${siem.directory}/it's out", format: raw, ${filter}`);
  const receiver = await siem.syslog('relay', 'protocol: tcp, format: cef');
  const { code, out } = await run(siem);
  const [dry = '', relay = ''] = idsIn(out);
  expect([code, dry === relay]).toEqual([0, false]);
  const [line = ''] = siem.lines("it's out");
  expect(JSON.parse(line)).toMatchObject({ test: 'trailferry-send-test', event_id: dry, destination: 'dry' });
  expect(out).toContain(`grep -F ${dry} '${siem.directory}/it'\\''s out'\n`);
  await expect.poll(() => receiver.messages.join()).toContain(`TrailferryEventId=${relay}`);
  expect(out).toContain(`written: the kernel took it; whether it arrived, nobody says`);
  expect(out).toContain(`on the receiver, for instance:\n    grep -rF ${relay} /var/log\n`);
});

test('with --destination only that one', async () => {
  await using siem = new Siem();
  const [one, other] = [await siem.hec('one'), await siem.hec('other')];
  expect((await run(siem, '--destination', 'other')).code).toBe(0);
  expect([one.events.length, other.events.length]).toEqual([0, 1]);
  await expect(run(siem, '--destination', 'third')).rejects.toThrow(UsageError);
});

describe('is not delivered, with exit 1 and what to do,', () => {
  const hec = [
    ['when the token is bad', { tokens: [] }, /TF-HEC-04\]\n {2}-> enter a valid, enabled HEC token/],
    ['when nothing is acknowledged', { tokens: [{ token: SECRET }] }, /TF-HEC-NO-ACK\]\n {2}-> turn on "Enable/],
    [
      'when the index is not allowed',
      { tokens: [{ token: SECRET, ack: true, indexes: ['main'] }] },
      /TF-HEC-07\]\n {2}-> create the index/,
    ],
  ] as const;
  test.each(hec)('%s', async (_, options, says) => {
    await using siem = new Siem();
    await siem.hec('siem', 'format: json, index: aws', options);
    const { code, out } = await run(siem);
    expect(code).toBe(1);
    expect(out).toMatch(/^destination siem \(hec, json\)\n {2}NOT DELIVERED: /);
    expect(out).toMatch(says);
    expect(out).not.toContain('this must find it');
  });

  test.each(['expiredServer', 'wrongHostServer'] as const)('to a receiver with a bad certificate: %s', async (name) => {
    await using siem = new Siem();
    const receiver = await siem.tls('siem', command.certificates, command.certificates[name]);
    const { code, out } = await run(siem);
    expect([code, receiver.messages]).toEqual([1, []]);
    expect(out).toMatch(/NOT DELIVERED: .*TF-SYSLOG-CERT-(EXPIRED|NAME)\]\n {2}-> (renew|let host)/);
  });

  test('when nobody listens; another destination gets its event all the same', async () => {
    await using siem = new Siem();
    siem.destination('name: gone, type: syslog, host: 127.0.0.1, port: 1, protocol: tcp, format: cef');
    const stub = await siem.hec('splunk');
    const { code, out } = await run(siem);
    expect([code, stub.events.length]).toEqual([1, 1]);
    expect(out).toMatch(/destination gone .*\n {2}NOT DELIVERED: .*TF-SYSLOG-REFUSED\]\n/);
  });
});
