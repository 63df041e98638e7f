import { defineLogType } from '../log-type.ts';
import { FORWARDED_LINE, webAccess } from './web-access.ts';

export const nginxAccess = defineLogType({
  name: 'nginx-access',
  title: 'NGINX access logs',
  reference:
    'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html',
  keys: [/(?:^|\/)[^/]*[Nn]ginx[^/]*\/?[^/]*[Aa]ccess[^/]*\//],
  logGroups: [/^[^:]*[Nn]ginx[^:]*[Aa]ccess/],
  looksLike: { line: FORWARDED_LINE },
  vendor: 'NGINX',
  product: 'NGINX',
  ...webAccess('NginxAccess'),
  splunk: { sourcetype: 'access_combined' },
  qradar: 'NGINX HTTP Server',
});
