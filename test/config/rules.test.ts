import { describe, expect, test } from 'vitest';
import { faultLine } from '../../config/report.ts';
import { faultsOf, read } from './faults.ts';
import { GOOD } from './known.ts';

const warningsOf = (text: string) => read(text).report.warnings.map(faultLine);
const second = (name: string, url: string) =>
  GOOD.replace(
    'destinations:\n  -',
    `  - {name: ${name}, url: "${url}", buckets: [b-1], destinations: [siem]}\ndestinations:\n  -`,
  );

test('a good file has no warning', () => {
  expect(warningsOf(GOOD)).toEqual([]);
});

describe('names and references', () => {
  test('two destinations of one name', () => {
    expect(faultsOf(GOOD.replace('name: splunk', 'name: siem').replace(', splunk]', ']'))).toEqual([
      'x.yaml:16:11: destinations[1].name: is the same as destinations[0].name; each needs its own',
    ]);
  });

  test('two queues of one name, or of one URL', () => {
    expect(faultsOf(second('archive', 'https://sqs.eu-west-1.amazonaws.com/1/b'))).toEqual([
      'x.yaml:9:12: queues[1].name: is the same as queues[0].name; each needs its own',
    ]);
    expect(faultsOf(second('b', 'https://sqs.eu-central-1.amazonaws.com/111122223333/logs'))).toEqual([
      'x.yaml:9:20: queues[1].url: is the same as queues[0].url; each needs its own',
    ]);
  });

  test('an unknown destination, also when the rest of the file is wrong', () => {
    const text = GOOD.replace('[siem, splunk]', '[siem, spunk, nothing]').replace('region: eu-west-1', 'region: 1');
    expect(faultsOf(text)).toEqual([
      'x.yaml:3:11: aws.region: must be a region, like eu-west-1, is 1',
      'x.yaml:8:26: queues[0].destinations[1]: no destination is called "spunk" (did you mean "splunk"?)',
      'x.yaml:8:33: queues[0].destinations[2]: no destination is called "nothing"',
    ]);
  });

  test('a destination named twice in one queue', () => {
    expect(faultsOf(GOOD.replace('[siem, splunk]', '[siem, splunk, siem]'))).toEqual([
      'x.yaml:8:34: queues[0].destinations[2]: "siem" is named twice',
    ]);
  });

  test('a destination that no queue uses is a warning', () => {
    expect(warningsOf(GOOD.replace('[siem, splunk]', '[siem]'))).toEqual([
      'x.yaml:16:11: destinations[1].name: no queue sends anything here',
    ]);
  });

  test('without any destination the references are not blamed', () => {
    expect(faultsOf(GOOD.replace(/destinations:\n.*/s, ''))).toEqual([
      'x.yaml:1:1: destinations: is missing: Where events go.',
    ]);
  });

  test('a log type that does not exist', () => {
    expect(faultsOf(GOOD.replace('buckets:', 'log_types: [{key: "*", type: vpc-flows}]\n    buckets:'))).toEqual([
      'x.yaml:7:34: queues[0].log_types[0].type: must be one of cloudtrail, vpc-flow, is the text "vpc-flows" (did you mean "vpc-flow"?)',
    ]);
  });
});

describe('bounds', () => {
  test.each(['9s', '13h'])('a visibility timeout of %s', (timeout) => {
    expect(faultsOf(GOOD.replace('buckets:', `visibility_timeout: ${timeout}\n    buckets:`))).toEqual([
      'x.yaml:7:25: queues[0].visibility_timeout: must be from 10s to 12h',
    ]);
  });

  test('room for less than a few blocks', () => {
    expect(faultsOf(`${GOOD}limits: {in_flight_bytes: 512KiB}\n`)).toEqual([
      'x.yaml:21:27: limits.in_flight_bytes: must be at least 1MiB, or blocks cannot travel',
    ]);
  });

  test.each(['2', '"1"', '1.1'])('version %s', (version) => {
    expect(faultsOf(GOOD.replace('version: 1', `version: ${version}`))).toEqual([
      expect.stringMatching(/^x.yaml:1:10: version: must be 1, the only version that there is, is /),
    ]);
  });

  test('every bucket is no allow-list', () => {
    expect(faultsOf(GOOD.replace('[logs-111122223333]', '["*", "logs-*"]'))).toEqual([
      'x.yaml:7:15: queues[0].buckets[0]: must be a bucket name, or a pattern with * that says more than *, is the text "*"',
    ]);
  });
});

describe('AWS keys', () => {
  const withAws = (lines: string) =>
    faultsOf(GOOD.replace('  region: eu-west-1\n', `  region: eu-west-1\n  ${lines}\n`));

  test('come in pairs, and not beside a profile', () => {
    expect(withAws('access_key_id: AKIA')).toEqual([
      'x.yaml:4:18: aws.access_key_id: needs secret_access_key beside it',
    ]);
    expect(withAws('secret_access_key: {env: S}')).toEqual([
      'x.yaml:4:22: aws.secret_access_key: needs access_key_id beside it',
    ]);
    expect(withAws('session_token: {env: S}')).toEqual([
      'x.yaml:4:18: aws.session_token: needs access_key_id beside it',
    ]);
    expect(withAws('profile: a\n  access_key_id: AKIA\n  secret_access_key: {env: S}')).toEqual([
      'x.yaml:4:12: aws.profile: cannot stand beside access_key_id: one or the other',
    ]);
    expect(withAws('access_key_id: AKIA\n  secret_access_key: {env: S}\n  session_token: {file: /t}')).toEqual([]);
  });
});

describe('where metrics listen', () => {
  const listen = (address: string) => warningsOf(`${GOOD}metrics: {listen: "${address}"}\n`);

  test.each(['127.0.0.1:9478', '[::1]:9478', 'localhost:9478', '10.1.2.3:9478', 'off'])('%s is a choice', (address) => {
    expect(listen(address)).toEqual([]);
  });

  test.each(['0.0.0.0:9478', '[::]:9478', '[0:0::0]:9478'])('%s is everyone, a warning', (address) => {
    expect(listen(address)).toEqual([
      'x.yaml:21:19: metrics.listen: anyone who reaches this host can read the metrics: name one address of it',
    ]);
  });

  test.each([':9478', '9478', 'localhost', '127.0.0.1:65536', '::1:9478', 'http://127.0.0.1:9478'])(
    '%s is none',
    (address) => {
      expect(faultsOf(`${GOOD}metrics: {listen: "${address}"}\n`)).toEqual([
        `x.yaml:21:19: metrics.listen: must be host:port, like 127.0.0.1:9478, or off, is the text "${address}"`,
      ]);
    },
  );
});

describe('the region of a queue', () => {
  const regionIn = (url: string) => read(GOOD.replace(/url: https:\/\/sqs.*/, `url: ${url}`)).config.queues[0]?.region;

  test.each([
    ['https://sqs.ap-southeast-2.amazonaws.com/111122223333/q', 'ap-southeast-2'],
    ['https://sqs.cn-north-1.amazonaws.com.cn/111122223333/q', 'cn-north-1'],
    ['https://sqs-fips.us-gov-west-1.amazonaws.com/111122223333/q', 'us-gov-west-1'],
    ['https://sqs.eusc-de-east-1.amazonaws.eu/111122223333/q', 'eusc-de-east-1'],
    ['https://sqs.us-east-2.api.aws/111122223333/q', 'us-east-2'],
    ['https://us-west-2.queue.amazonaws.com/111122223333/q', 'us-west-2'],
    ['https://vpce-0a1b-x.sqs.us-east-1.vpce.amazonaws.com/111122223333/q', 'us-east-1'],
    ['http://127.0.0.1:4566/111122223333/q', 'eu-west-1'],
    ['https://queue.amazonaws.com/111122223333/q', 'eu-west-1'],
  ])('%s', (url, region) => {
    expect(regionIn(url)).toBe(region);
  });
});

test('columns of a log type whose fields nobody chooses', () => {
  const logTypes = (type: string) =>
    GOOD.replace(
      'destinations: [siem',
      `log_types: [{key: "a/*", type: ${type}, columns: "a b"}]\n    destinations: [siem`,
    );
  expect(faultsOf(logTypes('cloudtrail')).map((fault) => fault.replace(/^\S+ /, ''))).toEqual([
    'queues[0].log_types[0].columns: are not chosen for cloudtrail, but for vpc-flow',
  ]);
  expect(faultsOf(logTypes('vpc-flow'))).toEqual([]);
});
