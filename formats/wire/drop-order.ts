import type { FieldName } from '../event.ts';

/** What goes first when a message is too long, by formats that shrink. What is not named here is never dropped. */
export const DROP_ORDER: readonly FieldName[] = [
  'request.parameters',
  'event.message',
  'user.agent',
  'request.context',
  'request.url',
  's3.key',
  'tls.certificate',
  'lb.target_group',
  'finding.threat_list',
  'waf.labels',
  'waf.counted_rules',
  'process.command_line',
  'elasticache.command',
  'database.statement',
  'request.upstream',
  'finding.arn',
  'resource.name',
  'user.arn',
];
