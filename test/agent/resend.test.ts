import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { resend } from '../../agent/resend.ts';
import { readConfig } from '../../config/load.ts';

/** Fourteen columns like the default format, in another order: without its header this line would be read wrongly. */
const HEADER =
  'version interface-id account-id dstaddr srcaddr dstport srcport protocol packets bytes start end action log-status';
const LINE =
  '2 eni-0123456789abcdef0 111122223333 198.51.100.9 192.0.2.7 443 49152 6 1 2 1795478400 1795478459 ACCEPT OK';

it('reads a flow line again by the header of its own object', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'trailferry-resend-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const out = join(directory, 'out');
  const { config } = readConfig(
    `version: 1
aws: {region: eu-west-1}
queues: [{name: q, url: "https://sqs.eu-west-1.amazonaws.com/111122223333/q", buckets: [logs], destinations: [out]}]
destinations: [{name: out, type: file, path: ${out}, format: leef}]
state_dir: ${directory}
`,
    'test.yaml',
  );
  const entry = {
    ...{
      id: '1',
      kind: 'record' as const,
      ordinal: 4,
      destination: 'out',
      logType: 'vpc-flow',
      reason: 'x',
      message: 'x',
      at: 0,
    },
    object: { bucket: 'logs', key: 'key', version: 'v' },
    header: HEADER,
    bytes: Buffer.from(LINE),
  };
  expect(await resend(entry, config)).toBeUndefined();
  expect(readFileSync(out, 'utf8')).toContain('\tsrc=192.0.2.7\tsrcPort=49152\tdst=198.51.100.9\tdstPort=443\t');
});
