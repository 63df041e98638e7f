import { defineLogType } from '../log-type.ts';
import { ACCESS_START, webAccess } from './web-access.ts';

export const apacheAccess = defineLogType({
  name: 'apache-access',
  title: 'Apache HTTP Server access logs, and any other in the common or combined format',
  reference:
    'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html',
  keys: [/(?:^|\/)[^/]*[Aa]pache[^/]*\/?[^/]*[Aa]ccess[^/]*\//],
  logGroups: [/^[^:]*(?:[Aa]pache|httpd)[^:]*[Aa]ccess/],
  looksLike: { line: new RegExp(ACCESS_START) },
  vendor: 'Apache',
  product: 'HTTP Server',
  ...webAccess('ApacheAccess'),
  splunk: { sourcetype: 'access_combined' },
  qradar: 'Apache HTTP Server',
});
