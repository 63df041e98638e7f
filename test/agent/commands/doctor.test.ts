import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { UsageError } from '../../../agent/command.ts';
import { doctor } from '../../../agent/commands/doctor.ts';
import type { Section } from '../../../agent/doctor/sections.ts';
import { type FakeAwsOptions, startFakeAws } from '../../fakes/aws.ts';
import { SECRET, Siem, SiemCommand } from './siem.ts';

const command = new SiemCommand(doctor);
const { run } = command;

async function sections(siem: Siem, ...args: string[]): Promise<{ code: number; all: readonly Section[] }> {
  const { code, out, err } = await run(siem, '-o', 'json', ...args);
  const report = JSON.parse(out) as { ok: boolean; sections: Section[] };
  expect([report.ok, err]).toEqual([code === 0, '']);
  return { code, all: report.sections };
}

/** The steps that failed at the one destination. */
async function failures(siem: Siem): Promise<string[]> {
  const { code, all } = await sections(siem, '--destination', 'siem');
  expect(all).toHaveLength(1);
  const failed = all.flatMap(({ steps }) => steps.filter(({ ok }) => !ok));
  expect(code).toBe(failed.length === 0 ? 0 : 1);
  return failed.map(({ step, detail, remedy }) => `${step}: ${detail} -> ${remedy}`);
}

test('all is well: each way step by step, exit 0, nothing sent and nothing received', async () => {
  await using siem = new Siem();
  const aws = await startFakeAws({ maxReceiveCount: 20 });
  const receiver = await siem.tls(
    'qradar',
    command.certificates,
    command.certificates.server,
    'format: leef, framing: newline',
  );
  const stub = await siem.hec('splunk', 'format: json, index: aws');
  siem.destination(`name: dry, type: file, format: raw, path: ${siem.directory}/out`);
  siem.queue(aws.endpoint, aws.queueUrl('q'));
  aws.send('a message', 'q');
  const { code, all } = await sections(siem);
  const steps = all.map(({ kind, name, assurance, ok, steps }) => [kind, name, assurance, ok, ...steps.map(nameOf)]);
  const tls = ['tls files', 'tls', 'certificate chain', 'certificate validity', 'certificate name'];
  expect(steps).toEqual([
    [
      ...['destination', 'qradar', 'confirmed', true, 'tls files', 'dns', 'tcp', ...tls.slice(1)],
      ...['client certificate', 'close-notify', 'framing', 'format'],
    ],
    ['destination', 'splunk', 'indexed', true, 'dns', 'tcp', 'health', 'token', 'index', 'ack', 'format'],
    ['destination', 'dry', 'written', true, 'open for append', 'format'],
    ['queue', 'q', undefined, true, 'credentials', 'queue', 'dead letters', 'retention', 'clock'],
    ['state directory', `${siem.directory}/state`, undefined, true, 'writable', 'free space', 'fsync'],
  ]);
  expect(code).toBe(0);
  expect([receiver.messages, stub.events, aws.stats.receives, aws.depth('q').visible]).toEqual([[], [], 0, 1]);
  expect(readdirSync(siem.directory).filter((name) => name.includes('doctor'))).toEqual([]);
  await aws.close();
});

function nameOf({ step }: { readonly step: string }): string {
  return step;
}

test('the page says what to do, and how much there is to do', async () => {
  await using siem = new Siem();
  await siem.tls('qradar', command.certificates, command.certificates.server);
  siem.destination('name: gone, type: syslog, host: 127.0.0.1, port: 1, protocol: tcp, format: cef');
  const { code, out } = await run(siem, '--destination', 'qradar');
  expect(code).toBe(0);
  expect(out).toMatch(
    /^destination qradar, delivery confirmed \(confirm: close-notify\)\n {2}ok {4}tls files +\d+ ms {2}\S+ca\.pem\n/,
  );
  expect(out).toMatch(/\n {2}warn {2}format +0 ms {2}leef\n +-> set framing: newline/);
  expect(out).toMatch(/\n0 failures, 1 warning\n$/);
  const other = await run(siem, '--destination', 'gone');
  expect([other.code, other.out]).toEqual([
    1,
    expect.stringMatching(/FAIL {2}tcp .*TF-SYSLOG-REFUSED\]\n +-> is the l/),
  ]);
  expect(other.out).toMatch(/\n1 failure, 0 warnings\n$/);
});

describe('a syslog receiver', () => {
  test('with an expired certificate', async () => {
    await using siem = new Siem();
    await siem.tls('siem', command.certificates, command.certificates.expiredServer);
    expect(await failures(siem)).toEqual([
      expect.stringMatching(/^certificate validity: .*valid from .*\[TF-SYSLOG-CERT-EXPIRED\] -> renew/),
    ]);
  });

  test('with a certificate for another name', async () => {
    await using siem = new Siem();
    await siem.tls('siem', command.certificates, command.certificates.wrongHostServer);
    expect(await failures(siem)).toEqual([
      expect.stringMatching(/^certificate name: .*127\.0\.0\.1 is not in DNS:elsewhere\.example.*-> let host/),
    ]);
  });

  test('that does not answer close_notify', async () => {
    await using siem = new Siem();
    const options = { tls: command.certificates.server, atEnd: 'close' } as const;
    await siem.syslog('siem', `tls: {ca_file: ${command.certificates.ca}}, format: cef`, options);
    expect(await failures(siem)).toEqual([expect.stringMatching(/^close-notify: .* -> use a receiver that answers/)]);
  });
});

describe('a HEC endpoint', () => {
  const cases = [
    ['that knows no such token', { tokens: [] }, /^token: 403 code 4 "Invalid token" \[TF-HEC-04\] -> enter a valid/],
    [
      'without acknowledgement',
      { tokens: [{ token: SECRET }] },
      /^ack: 400 code 14 .*\[TF-HEC-14\] -> turn on "Enable/,
    ],
    [
      'with a disabled token',
      { tokens: [{ token: SECRET, ack: true, disabled: true }] },
      /^token: .*TF-HEC-01.*enable/,
    ],
  ] as const;
  test.each(cases)('%s', async (_, options, says) => {
    await using siem = new Siem();
    await siem.hec('siem', 'format: json', options);
    expect(await failures(siem)).toEqual([expect.stringMatching(says)]);
  });

  test('that is not there', async () => {
    await using siem = new Siem();
    siem.destination('name: siem, type: hec, format: json, url: "http://127.0.0.1:1", token: {env: SIEM_SECRET}');
    expect(await failures(siem)).toEqual([expect.stringMatching(/^tcp: connect ECONNREFUSED.*-> check `url`/)]);
  });

  test('whose token cannot be read', async () => {
    await using siem = new Siem();
    await siem.hec('siem');
    vi.stubEnv('SIEM_SECRET', undefined);
    expect(await failures(siem)).toEqual([expect.stringMatching(/\[TF-HEC-TOKEN\] -> let `token` point to/)]);
  });
});

describe('a queue', () => {
  async function queueSteps(options: FakeAwsOptions, prepare: (aws: Awaited<ReturnType<typeof startFakeAws>>) => void) {
    await using siem = new Siem();
    const aws = await startFakeAws(options);
    siem.destination(`name: dry, type: file, format: raw, path: ${siem.directory}/out`);
    siem.queue(aws.endpoint, aws.queueUrl('q'));
    prepare(aws);
    const { code, all } = await sections(siem);
    await aws.close();
    return { code, steps: all.find(({ kind }) => kind === 'queue')?.steps ?? [] };
  }

  test('without dead letters is a warning, and still an answer of yes', async () => {
    const { code, steps } = await queueSteps({}, () => undefined);
    expect(code).toBe(0);
    expect(steps.map(({ step, ok, detail, remedy }) => [step, ok, detail, remedy])).toEqual([
      ['credentials', true, 'aws.access_key_id: key ...TEST', undefined],
      ['queue', true, 'arn:aws:sqs:eu-west-1:111122223333:q: 0 messages wait, 0 are being read', undefined],
      [
        'dead letters',
        true,
        expect.stringContaining('no redrive policy'),
        expect.stringContaining('dead-letter queue'),
      ],
      ['retention', true, '4 days', undefined],
      ['clock', true, 'as that of AWS', undefined],
    ]);
  });

  test('that may not be asked: the permission by name, and the clock all the same', async () => {
    const refusal = { status: 403, code: 'AccessDenied', message: 'no identity-based policy allows it' };
    const { code, steps } = await queueSteps({}, (aws) => aws.fail('GetQueueAttributes', refusal));
    expect(code).toBe(1);
    expect(steps.map(({ step, ok }) => [step, ok])).toEqual([
      ['credentials', true],
      ['queue', false],
      ['clock', true],
    ]);
    expect(steps[1]).toMatchObject({
      detail: expect.stringMatching(/no identity-based policy allows it\. \[TF-SQS-403\]$/),
      remedy: expect.stringContaining('GetQueueAttributes'),
    });
  });

  test('whose key cannot be read', async () => {
    const { code, steps } = await queueSteps({}, () => vi.stubEnv('SIEM_SECRET', undefined));
    expect(code).toBe(1);
    expect(steps).toMatchObject([{ step: 'credentials', ok: false, detail: expect.stringContaining('TF-SECRET-ENV') }]);
  });

  test('that answers what a terminal would obey', async () => {
    const refusal = { status: 403, code: 'AccessDenied', message: 'no \u001b[31m\u202ered \u009b0m' };
    const { steps } = await queueSteps({}, (aws) => aws.fail('GetQueueAttributes', refusal));
    expect(steps[1]?.detail).toContain('no  [31m red  0m.');
  });

  test('that refuses a signature: what was signed is not shown', async () => {
    const message = `The signature does not match.\n\nThe Canonical String was\n'POST\nx-amz-security-token:${SECRET}'`;
    const refusal = { status: 403, code: 'SignatureDoesNotMatch', message };
    const { steps } = await queueSteps({}, (aws) => aws.fail('GetQueueAttributes', refusal));
    expect(steps[1]?.detail).toMatch(/The signature does not match\. \[TF-AWS-CREDENTIALS\]$/);
  });
});

test('a state directory that is a file', async () => {
  await using siem = new Siem();
  siem.destination(`name: dry, type: file, format: raw, path: ${siem.directory}/out`);
  writeFileSync(join(siem.directory, 'state'), '');
  const { code, all } = await sections(siem);
  expect(code).toBe(1);
  expect(all.at(-1)?.steps).toMatchObject([
    { step: 'writable', ok: false, remedy: expect.stringContaining('directory') },
  ]);
});

test('a state directory that is there', async () => {
  await using siem = new Siem();
  siem.destination(`name: dry, type: file, format: raw, path: ${siem.directory}/out`);
  mkdirSync(join(siem.directory, 'state'));
  expect((await sections(siem)).all.at(-1)).toMatchObject({
    ok: true,
    steps: [{ detail: `${siem.directory}/state` }, {}, {}],
  });
  expect(readdirSync(join(siem.directory, 'state'))).toEqual([]);
});

test('a bad configuration is exit 78, an unknown destination and a stray word no usage', async () => {
  await using siem = new Siem();
  siem.destination('name: siem, type: syslog, host: 127.0.0.1, format: leef');
  await expect(run(siem, '--destination', 'other')).rejects.toThrow(UsageError);
  await expect(run(siem, 'siem')).rejects.toThrow(UsageError);
  writeFileSync(siem.config, 'version: 2\n');
  expect(await run(siem)).toMatchObject({ code: 78, out: '', err: expect.stringContaining('must be 1') });
});
