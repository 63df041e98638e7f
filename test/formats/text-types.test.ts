import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FormatError, type LogRecord } from '../../formats/framing/record.ts';
import type { LogType } from '../../formats/log-type.ts';
import { logTypeOfContent, logTypeOfKey, logTypes } from '../../formats/log-types/index.ts';
import { parseLeef } from '../leef-parser.ts';
import { ownTime } from '../own-time.ts';
import { convertBytes, origin } from './convert.ts';

const ACCOUNT = '111122223333';
const redshift = (kind: string): string =>
  `p/AWSLogs/${ACCOUNT}/redshift/eu-west-1/2026/02/03/${ACCOUNT}_redshift_eu-west-1_sales-dwh_${kind}_2026-02-03T04:05.gz`;

const KEYS: readonly (readonly [key: string, type: string | undefined])[] = [
  [`AWSLogs/${ACCOUNT}/KafkaBrokerLogs/eu-west-1/orders-0a1b-7/2026-02-03-04/Broker-1_04-05_0a.log.gz`, 'msk'],
  [redshift('connectionlog'), 'redshift-connection'],
  [redshift('userlog'), 'redshift-user'],
  [redshift('useractivitylog'), 'redshift-activity'],
  ['AWSLogs/111122223333/CloudHSM/eu-west-1/2026/02/03/04/x', 'cloudhsm'],
  ['2026/02/03/04/aws-fsx-audit-1-2026-02-03-04-05-06-0a1b', 'windows-event'],
  ['AWSLogs/111122223333/DirectoryService/MicrosoftAD/2026/x', 'windows-event'],
  ['EC2/Windows/Event/2026/x', 'windows-event'],
  ['EC2/windows-event-logs/2026/x', 'windows-event'],
  ['EC2/Linux/Secure/2026/x', 'linux-secure'],
  ['EC2/Linux/Syslog/2026/x', 'syslog'],
  ['EC2/apache-access/2026/x', 'apache-access'],
  ['EC2/Apache/Error/2026/x', 'apache-error'],
  ['EC2/nginx_access_log/2026/x', 'nginx-access'],
  ['EC2/Nginx/Error/2026/x', 'nginx-error'],
  ['RDS/PostgreSQL/2026/x', 'rds-postgresql'],
  ['RDS/MySQL/audit/2026/x', 'rds-mysql-audit'],
  ['RDS/Aurora-mysql/general/x', 'rds-mysql-general'],
  ['RDS/MariaDB/2026/error/x', 'rds-mysql-error'],
  ['RDS/mysql/slowquery/2026/x', 'rds-mysql-slowquery'],
  ['backups/nginx.conf', undefined],
  ['apps/access/2026/x', undefined],
];

describe('keys of text logs', () => {
  it.each(KEYS)('%s is %s', (key, type) => {
    expect(logTypeOfKey(key)?.name).toBe(type);
  });
});

const postgresql =
  "2026-02-03 04:05:06 UTC:192.0.2.1(1):app@orders:[7]:LOG:  statement: SELECT 1\nFROM a\nWHERE b = 'c'";

interface Message {
  readonly group: string;
  readonly stream: string;
  readonly text: string;
  readonly product: string;
  readonly facts: Readonly<Record<string, string>>;
}

const MESSAGES: readonly Message[] = [
  {
    ...{ group: '/aws/rds/instance/orders-1/postgresql', stream: 'orders-1.0', text: postgresql },
    ...{
      product: 'RDS PostgreSQL',
      facts: { databaseInstance: 'orders-1', statement: "SELECT 1 FROM a WHERE b = 'c'" },
    },
  },
  {
    ...{ group: '/aws/rds/cluster/orders/audit', stream: 'orders-instance-1.audit.log.0.2026-02-03-04-05.0.4' },
    ...{
      text: "1770091506123456,orders-instance-1,a,192.0.2.1,7,8,QUERY,orders,'SELECT\n1',0",
      product: 'RDS MySQL Audit',
    },
    facts: { databaseInstance: 'orders-instance-1', statement: 'SELECT 1' },
  },
  {
    ...{ group: '/aws/rds/instance/orders/general', stream: 'orders', text: '\t\t    7 Quit\t' },
    ...{ product: 'RDS MySQL General', facts: { eventName: 'Quit', databaseInstance: 'orders' } },
  },
  {
    ...{ group: '/aws/rds/instance/orders/error', stream: 'orders', text: 'anything', product: 'RDS MySQL Error' },
    facts: { msg: 'anything' },
  },
  {
    ...{ group: '/aws/rds/instance/orders/slowquery', stream: 'orders', product: 'RDS MySQL Slow Query' },
    text: '# User@Host: a[a] @  [192.0.2.1]  Id: 7\n# Query_time: 1.5  Lock_time: 0 Rows_sent: 1  Rows_examined: 2\nSELECT 1;',
    facts: { queryTime: '1.5', src: '192.0.2.1' },
  },
  {
    ...{ group: '/aws/redshift/cluster/dwh/connectionlog', stream: 'dwh', product: 'Redshift' },
    ...{ text: 'authenticated |Tue, 03 Feb 2026 04:05:06:123|::ffff:192.0.2.1|7|1|d|u|password|0' },
    facts: { src: '192.0.2.1', databaseInstance: 'dwh' },
  },
  {
    ...{ group: '/aws/redshift/serverless-dwh/useractivitylog', stream: 's', product: 'Redshift' },
    text: "'2026-02-03T04:05:06Z UTC [ db=d user=u pid=1 userid=2 xid=3 ]' LOG: select 1\nfrom t",
    facts: { databaseInstance: 'serverless-dwh', statement: 'select 1 from t' },
  },
  {
    ...{ group: 'any', stream: 'orders-0a1b2c3d-1111-2222-3333-444455556666-7-Broker-2', product: 'MSK' },
    text: '[2026-02-03 04:05:06,123] ERROR failed (kafka.Log)\njava.io.IOException: no\n\tat a.b(C.java:1)',
    facts: { broker: '2', errorCode: 'java.io.IOException: no', logger: 'kafka.Log' },
  },
  {
    ...{ group: '/aws/cloudhsm/cluster-a1b2', stream: 'hsm-c3d4', product: 'CloudHSM' },
    text: 'Time: 02/03/26 04:05:06.123456, usecs:1770091506123456\nOpcode : CN_LOGIN (0xd)\nResponse : 0:HSM Return: SUCCESS\nUser Name : u',
    facts: { hsmId: 'hsm-c3d4', hsmCluster: 'cluster-a1b2', usrName: 'u' },
  },
  {
    ...{ group: '/aws/directoryservice/d-1234567890-corp', stream: 'securitylogs', product: 'Windows' },
    text: '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event">\n <System><EventID>4624</EventID><Channel>Security</Channel></System>\n</Event>',
    facts: { eventName: 'Account logged on' },
  },
  {
    ...{ group: '/aws/fsx/windows', stream: 's', text: 'plain text', product: 'Windows', facts: { msg: 'plain text' } },
  },
  {
    ...{ group: '/var/log/secure', stream: 'i-0a1b2c3d4e5f60718', product: 'Secure' },
    text: 'Feb  3 04:05:06 h sshd[7]: Failed password for root from 192.0.2.1 port 7 ssh2',
    facts: { src: '192.0.2.1', logStream: 'i-0a1b2c3d4e5f60718', devTime: '1770091506123' },
  },
  {
    ...{ group: 'prod/var/log/messages', stream: 'i-0a1b2c3d4e5f60718', text: 'Feb  3 04:05:06 h kernel: x' },
    ...{ product: 'Syslog', facts: { instanceId: 'i-0a1b2c3d4e5f60718', devTime: '1770091506123' } },
  },
  {
    ...{ group: 'web/nginx/access.log', stream: 's', product: 'NGINX' },
    text: '192.0.2.1 - - [03/Feb/2026:04:05:06 +0000] "GET / HTTP/1.1" 200 1 "-" "-"',
    facts: { logGroup: 'web/nginx/access.log', httpStatus: '200' },
  },
  {
    ...{ group: '/httpd/error_log', stream: 's', text: '[Tue Feb 03 04:05:06 2026] [error] x', product: 'HTTP Server' },
    facts: { level: 'error' },
  },
];

describe('messages of CloudWatch Logs', () => {
  it.each(MESSAGES)('of $group are read as $product', async ({ group, stream, text, product, facts }) => {
    const logEvents = [{ id: '1', timestamp: 1770091506123, message: text }];
    const names = { logGroup: group, logStream: stream };
    const envelope = { messageType: 'DATA_MESSAGE', owner: ACCOUNT, ...names, logEvents };
    const { outputs, records } = await convertBytes([Buffer.from(JSON.stringify(envelope))]);
    expect(records).toBe(1);
    const { header, attributes } = parseLeef(outputs.leef.frames[0]?.text ?? '');
    expect(header['product']).toBe(product);
    expect(Object.fromEntries(attributes)).toMatchObject({ ...facts, awsAccountId: ACCOUNT });
  });
});

const root = fileURLToPath(new URL('log-types/', import.meta.url));
const textTypes = logTypes.filter(({ spec }) => spec.layout.kind === 'text');

/** Whole records of golden cases, each as its type's framing found it. */
function goldenRecords(type: LogType): string[] {
  const files = readdirSync(`${root}${type.name}`).filter((file) => file.endsWith('.in'));
  const found = new Set<string>();
  for (const file of files) {
    const { framing } = type.open(origin, { skip: 0, maxRecordBytes: 2 ** 20 });
    const keep = ({ text }: LogRecord): void => void found.add(text);
    framing.push(readFileSync(`${root}${type.name}/${file}`), keep);
    framing.end(keep);
  }
  return [...found];
}

/** A record in which one part is there many times: what makes a pattern try all ways to read it. */
function* swollen(text: string): Generator<string> {
  const parts = text.match(/[A-Za-z0-9_]+|[^A-Za-z0-9_]/g) ?? [];
  for (let at = 0; at < parts.length; at += Math.ceil(parts.length / 12)) {
    for (const length of [1, 2, 5]) {
      const part = parts.slice(at, at + length).join('');
      const many = part.repeat(Math.ceil(24_000 / part.length));
      yield parts.slice(0, at).join('') + many;
      yield parts.slice(0, at).join('') + many + parts.slice(at).join('');
    }
  }
}

describe('text logs', () => {
  it.each(textTypes.map((type) => [type.name, type] as const))(
    '%s takes no long time, whatever the record',
    (_, type) => {
      const open = type.open(origin, { skip: 0, maxRecordBytes: 2 ** 20, whole: true });
      let slowest = 0;
      for (const record of goldenRecords(type).slice(0, 12)) {
        for (const text of swollen(record)) {
          const start = ownTime();
          logTypeOfContent(text.slice(0, 64 * 1024));
          open.framing.push(Buffer.from(text, 'latin1'), () => undefined);
          open.framing.end((one) => {
            try {
              open.event(one, '');
            } catch (error) {
              if (!(error instanceof FormatError)) throw error;
            }
          });
          slowest = Math.max(slowest, ownTime() - start);
        }
      }
      expect(slowest).toBeLessThan(500);
    },
  );
});
