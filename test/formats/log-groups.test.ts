import { describe, expect, it } from 'vitest';
import { convertBytes } from './convert.ts';

const message = (value: object | string): string => (typeof value === 'string' ? value : JSON.stringify(value));

const audit = { kind: 'Event', auditID: 'a', stage: 'ResponseComplete', requestURI: '/healthz', verb: 'get' };
const access = { requestId: 'r', ip: '192.0.2.1', httpMethod: 'GET', resourcePath: '/', status: '200' };

/** Messages that say too little of themselves: the log group and stream tell what they are. */
const GROUPS: readonly (readonly [group: string, stream: string, message: object | string, product: string])[] = [
  ['/aws/eks/prod/cluster', `kube-apiserver-audit-${'0'.repeat(32)}`, audit, 'EKS Audit'],
  ['/aws/eks/prod/cluster', `kube-scheduler-${'0'.repeat(32)}`, 'started', 'EKS Control Plane'],
  ['/aws/eks/prod/cluster', `authenticator-${'0'.repeat(32)}`, '{"a":1}', 'EKS Control Plane'],
  ['/aws/lambda/orders', '2026/02/03/[$LATEST]0a1b', 'stored', 'Lambda'],
  ['/aws/lambda/orders', '2026/02/03/[$LATEST]0a1b', { message: 'stored', level: 'INFO' }, 'Lambda'],
  ['aws-waf-logs-shop', 'eu-west-1_shop_0', { action: 'BLOCK', webaclId: 'x' }, 'WAF'],
  ['/aws/OpenSearchService/domains/logs/audit-logs', 'n1', { audit_category: 'AUTHENTICATED' }, 'OpenSearch'],
  ['API-Gateway-Access-Logs_a1b2c3/prod', 's', access, 'API Gateway'],
  ['/custom/eks/prod/cluster', 'kube-scheduler-0', 'started', 'AWS'],
];

describe('log groups', () => {
  it.each(GROUPS)('%s:%s', async (logGroup, logStream, text, product) => {
    const logEvents = [{ id: '1', timestamp: 1770091506123, message: message(text) }];
    const envelope = { messageType: 'DATA_MESSAGE', owner: '111122223333', logGroup, logStream, logEvents };
    const { outputs } = await convertBytes([Buffer.from(JSON.stringify(envelope))]);
    const [frame] = outputs.cef.frames;
    expect(frame?.text.split('|')[2]).toBe(product);
    expect(frame?.text).toContain('rt=1770091506123 ');
    expect(frame?.text).toContain('cs1=111122223333 ');
  });

  it('name the component of the control plane', async () => {
    const logEvents = [{ id: '1', timestamp: 1, message: 'started' }];
    const logStream = `kube-controller-manager-${'0a'.repeat(16)}`;
    const envelope = { messageType: 'DATA_MESSAGE', logGroup: '/aws/eks/prod/cluster', logStream, logEvents };
    const { outputs } = await convertBytes([Buffer.from(JSON.stringify(envelope))]);
    expect(outputs.leef.frames[0]?.text).toContain('|EKS Control Plane|1|kube-controller-manager|');
  });
});
