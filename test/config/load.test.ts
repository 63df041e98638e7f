import { expect, test } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { ConfigError } from '../../config/report.ts';
import { faultsOf, read } from './faults.ts';
import { GOOD, known } from './known.ts';

test('a good file is read whole: defaults, units, shape', () => {
  expect(read(GOOD).config).toEqual({
    version: 1,
    aws: { region: 'eu-west-1', endpoints: {}, force_path_style: false, fips: false, dual_stack: false },
    queues: [
      {
        name: 'archive',
        url: 'https://sqs.eu-central-1.amazonaws.com/111122223333/logs',
        region: 'eu-central-1',
        buckets: ['logs-111122223333'],
        destinations: ['siem', 'splunk'],
        log_types: [],
        static_labels: {},
        visibility_timeout: 120_000,
      },
    ],
    destinations: [
      {
        name: 'siem',
        type: 'relay',
        format: 'leef',
        filters: [],
        redact: [],
        redact_defaults: true,
        priority: { high: [], normal: [], low: [] },
        settings: {
          host: 'siem.corp.example',
          hosts: [],
          port: null,
          protocol: 'tls',
          enabled: true,
          retries: 3,
          linger: 200,
          waits: [1000, 2000],
          window: 65_536,
          tls: { ca_file: null, min_version: 'TLSv1.3' },
        },
      },
      {
        name: 'splunk',
        type: 'collector',
        format: 'json',
        filters: [],
        redact: [],
        redact_defaults: true,
        priority: { high: [], normal: [], low: [] },
        settings: { url: 'https://splunk.corp.example:8088', token: { credential: 'hec-token' }, index: null },
      },
    ],
    overrides: [],
    enrichment: { geoip: {} },
    state_dir: '/var/lib/trailferry',
    metrics: { listen: { host: '127.0.0.1', port: 9478 } },
    limits: { places: 64, open_objects: 8, in_flight_bytes: 67_108_864 },
    volume_report: '0 0 * * *',
  });
});

test('what is written wins over every default', () => {
  const { config } = read(
    `${GOOD.replace('region: eu-west-1', 'region: eu-west-1\n  proxy: {url: http://p.example:3128}\n  assume_role: {arn: arn:aws:iam::111122223333:role/r, external_id: {env: EXTERNAL}}\n  endpoints: {s3: http://127.0.0.1:4566}').replace('buckets:', 'region: us-gov-east-1\n    visibility_timeout: 90s\n    expected_bucket_owner: "011122223333"\n    log_types: [{key: "apps/*", type: vpc-flow}]\n    buckets:').replace('tls:\n', 'waits: [5m]\n    window: 1MB\n    port: 6514\n    tls:\n')}
metrics: {listen: off}
limits: {places: 2, in_flight_bytes: 2097152}
state_dir: /srv/state
`,
  );
  expect(config.aws).toMatchObject({
    proxy: { url: 'http://p.example:3128', no_proxy: [] },
    assume_role: {
      arn: 'arn:aws:iam::111122223333:role/r',
      external_id: { env: 'EXTERNAL' },
      session_name: 'trailferry',
    },
    endpoints: { s3: 'http://127.0.0.1:4566' },
  });
  expect(config.queues[0]).toMatchObject({
    region: 'us-gov-east-1',
    visibility_timeout: 90_000,
    expected_bucket_owner: '011122223333',
    log_types: [{ key: 'apps/*', type: 'vpc-flow' }],
  });
  expect(config.destinations[0]?.settings).toMatchObject({ waits: [300_000], window: 1_000_000, port: 6514 });
  expect(config).toMatchObject({
    metrics: { listen: 'off' },
    limits: { places: 2, open_objects: 8, in_flight_bytes: 2_097_152 },
    state_dir: '/srv/state',
  });
});

test('every level is frozen', () => {
  const { config } = read(GOOD);
  const thaw = (value: unknown, path: string): string[] => {
    if (typeof value !== 'object' || value === null) return [];
    const inner = Object.entries(value).flatMap(([name, below]) => thaw(below, `${path}.${name}`));
    return Object.isFrozen(value) ? inner : [path, ...inner];
  };
  expect(thaw(config, 'config')).toEqual([]);
  expect(() => Object.assign(config.limits, { places: 1 })).toThrow(TypeError);
});

test('five planted mistakes are named in one run, each with its line and column', () => {
  const faults = faultsOf(`version: 1
aws:
  regoin: eu-west-1
queues:
  - name: archive
    url: https://sqs.eu-west-1.amazonaws.com/111122223333/logs
    buckets: [logs]
    destinations: [siem, splnk]
destinations:
  - name: siem
    type: relay
    format: leef
    host: siem.corp.example
    port: "6514x"
    tls: {min_version: TLSv1.1}
  - name: splunk
    type: collector
    format: json
    url: https://splunk.corp.example:8088
`);
  expect(faults).toEqual([
    'x.yaml:3:3: aws.regoin: unknown setting (did you mean "region"?)',
    'x.yaml:3:3: aws.region: is missing: Region of STS, and of every queue whose URL names none.',
    'x.yaml:8:26: queues[0].destinations[1]: no destination is called "splnk" (did you mean "splunk"?)',
    'x.yaml:14:11: destinations[0].port: must be a port number from 1 to 65535, is the text "6514x"',
    'x.yaml:15:24: destinations[0].tls.min_version: must be one of TLSv1.2, TLSv1.3, is the text "TLSv1.1" (did you mean "TLSv1.2"?)',
    'x.yaml:16:5: destinations[1].token: is missing: Token.',
  ]);
});

test('a file that is not there is a fault of the configuration too', () => {
  const load = () => loadConfig('/nowhere/x.yaml', known);
  expect(load).toThrow(ConfigError);
  expect(load).toThrow(/^\/nowhere\/x.yaml:1:1: cannot be read \(ENOENT.*--config names another file \[TF-CONFIG\]$/);
});

test('a transport places its own faults, by the line of the setting they name', () => {
  const text = GOOD.replace('tls:\n', 'protocol: tcp\n    tls:\n').replace('min_version: TLSv1.3', 'ca_file: /ca.pem');
  expect(faultsOf(text)).toEqual(['x.yaml:16:16: destinations[0].tls.ca_file: has no meaning with tcp']);
});

test('a transport is not asked about settings that are wrong by themselves', () => {
  const text = GOOD.replace('tls:\n', 'protocol: tpc\n    tls:\n').replace('min_version: TLSv1.3', 'ca_file: /ca.pem');
  expect(faultsOf(text)).toEqual([
    'x.yaml:14:15: destinations[0].protocol: must be one of tls, tcp, udp, is the text "tpc" (did you mean "tcp"?)',
  ]);
});

test('without a known type the rest of a destination is left in peace, and its name still counts', () => {
  expect(faultsOf(GOOD.replace('type: relay', 'type: rely'))).toEqual([
    'x.yaml:11:11: destinations[0].type: must be one of relay, collector, is the text "rely" (did you mean "relay"?)',
  ]);
  expect(faultsOf(GOOD.replace('    type: relay\n', ''))).toEqual([
    'x.yaml:10:5: destinations[0].type: is missing: Name of a transport.',
  ]);
});
