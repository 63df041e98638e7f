import { envelopeOf } from '../envelopes/index.ts';
import type { TypeOfLetter } from '../envelopes/reader.ts';
import { JsonFraming } from '../framing/json.ts';
import type { LogRecord } from '../framing/record.ts';
import type { LogType } from '../log-type.ts';
import { alb } from './alb.ts';
import { albConnection } from './alb-connection.ts';
import { albHealthCheck } from './alb-health-check.ts';
import { apacheAccess } from './apache-access.ts';
import { apacheError } from './apache-error.ts';
import { apiGateway } from './api-gateway.ts';
import { bedrockInvocation } from './bedrock-invocation.ts';
import { clb } from './clb.ts';
import { clientVpn } from './client-vpn.ts';
import { cloudfront, cloudfrontJson } from './cloudfront.ts';
import { cloudhsm } from './cloudhsm.ts';
import { cloudtrail } from './cloudtrail.ts';
import { config } from './config.ts';
import { configCompliance } from './config-compliance.ts';
import { configDelivery } from './config-delivery.ts';
import { crowdstrikeFdr } from './crowdstrike-fdr.ts';
import { ecrScan } from './ecr-scan.ts';
import { eksAudit } from './eks-audit.ts';
import { eksControlPlane } from './eks-control-plane.ts';
import { elasticacheSlowlog } from './elasticache-slowlog.ts';
import { generic, genericText, genericTypes, looksLikeJson } from './generic.ts';
import { globalAccelerator } from './global-accelerator.ts';
import { guardduty } from './guardduty.ts';
import { inspector } from './inspector.ts';
import { lambda } from './lambda.ts';
import { linuxSecure } from './linux-secure.ts';
import { macie } from './macie.ts';
import { msk } from './msk.ts';
import { networkFirewall } from './network-firewall.ts';
import { nginxAccess } from './nginx-access.ts';
import { nginxError } from './nginx-error.ts';
import { nlb } from './nlb.ts';
import { ocsf } from './ocsf.ts';
import { opensearchAudit } from './opensearch-audit.ts';
import { rdsMysqlAudit } from './rds-mysql-audit.ts';
import { rdsMysqlError } from './rds-mysql-error.ts';
import { rdsMysqlGeneral } from './rds-mysql-general.ts';
import { rdsMysqlSlowquery } from './rds-mysql-slowquery.ts';
import { rdsPostgresql } from './rds-postgresql.ts';
import { redshiftActivity } from './redshift-activity.ts';
import { redshiftConnection } from './redshift-connection.ts';
import { redshiftUser } from './redshift-user.ts';
import { route53PublicQuery } from './route53-public-query.ts';
import { route53Resolver } from './route53-resolver.ts';
import { s3Access } from './s3-access.ts';
import { securityHub } from './securityhub.ts';
import { syslog } from './syslog.ts';
import { tgwFlow } from './tgw-flow.ts';
import { trustedAdvisor } from './trusted-advisor.ts';
import { vpcFlow } from './vpc-flow.ts';
import { vpcLattice } from './vpc-lattice.ts';
import { waf } from './waf.ts';
import { windowsEvent } from './windows-event.ts';
import { workspacesEvent } from './workspaces-event.ts';
import { workspacesInventory } from './workspaces-inventory.ts';

/** All log types, in the order in which a key or content is tried against them: special before general. */
export const logTypes: readonly LogType[] = [
  ocsf,
  cloudtrail,
  tgwFlow,
  vpcFlow,
  guardduty,
  albConnection,
  albHealthCheck,
  alb,
  nlb,
  clb,
  cloudfrontJson,
  cloudfront,
  globalAccelerator,
  route53PublicQuery,
  s3Access,
  waf,
  config,
  configCompliance,
  configDelivery,
  securityHub,
  eksAudit,
  networkFirewall,
  route53Resolver,
  bedrockInvocation,
  clientVpn,
  ecrScan,
  inspector,
  macie,
  apiGateway,
  crowdstrikeFdr,
  eksControlPlane,
  elasticacheSlowlog,
  lambda,
  opensearchAudit,
  trustedAdvisor,
  vpcLattice,
  workspacesEvent,
  workspacesInventory,
  windowsEvent,
  cloudhsm,
  rdsPostgresql,
  rdsMysqlAudit,
  rdsMysqlGeneral,
  rdsMysqlError,
  rdsMysqlSlowquery,
  redshiftConnection,
  redshiftUser,
  redshiftActivity,
  msk,
  nginxAccess,
  nginxError,
  apacheAccess,
  apacheError,
  linuxSecure,
  syslog,
];

/** Names a configuration may use. */
export const logTypeNames: readonly string[] = [...new Set(logTypes.map((type) => type.name)), 'generic'];

/** Every log type there is, with both faces of `generic`: for references and tests. */
export const allLogTypes: readonly LogType[] = [...logTypes, ...genericTypes];

/** A log type by name; where one has two faces, JSON and text, `head` tells them apart. */
export function logTypeNamed(name: string, head: string): LogType | undefined {
  if (name === 'generic') return generic(head);
  const faces = logTypes.filter((type) => type.name === name);
  const isJson = faces.length > 1 && looksLikeJson(head);
  return faces.length < 2 ? faces[0] : faces.find(({ spec }) => (spec.layout.kind === 'json') === isJson);
}

/**
 * The log type whose keys look like this one. Where AWS puts several types under the same keys, the content tells them
 * apart; the most general one is what content does not tell. @param head first bytes, a byte string
 */
export function logTypeOfKey(key: string, head = ''): LogType | undefined {
  const candidates = typesOfKey(key);
  return among(candidates, head, candidates.length < 2 ? undefined : firstMembers(head));
}

function typesOfKey(key: string): readonly LogType[] {
  return logTypes.filter((type) => type.spec.keys.some((pattern) => pattern.test(key)));
}

function among(
  candidates: readonly LogType[],
  head: string,
  members: ReadonlySet<string> | undefined,
): LogType | undefined {
  return candidates.length < 2 ? candidates[0] : (logTypeThatFits(head, members, candidates) ?? candidates.at(-1));
}

/** The log type that content looks like; `generic` when it looks like none. @param head first bytes, a byte string */
export function logTypeOfContent(head: string): LogType {
  return logTypeThatFits(head, firstMembers(head)) ?? generic(head);
}

/** Name of the envelope that the content begins with, or undefined. @param head first bytes, a byte string */
export function envelopeOfContent(head: string): string | undefined {
  const members = firstMembers(head);
  return members === undefined ? undefined : envelopeOf(members)?.name;
}

/**
 * What a letter holds: by the admin's word, by what its envelope says of it, by the object's key, else by its content.
 * JSON types read nothing but JSON: other text is then told by its content, too.
 */
export function logTypeOfLetter(word: LogType | undefined, key: string): TypeOfLetter {
  const ofKey = typesOfKey(key);
  return ({ text, context: { logGroup, logStream = '' }, detailType }, members) => {
    const found =
      word ??
      (logGroup === undefined ? undefined : logTypeOfGroup(`${logGroup}:${logStream}`)) ??
      (detailType === undefined ? undefined : logTypes.find(({ spec }) => spec.detailTypes?.includes(detailType))) ??
      among(ofKey, text, members);
    if (found !== undefined && (members !== undefined || found.spec.layout.kind === 'text')) return found;
    // A brace alone makes no JSON: many a program logs what only looks like it.
    return logTypeThatFits(text, members) ?? (members === undefined ? genericText : generic(text));
  };
}

const logTypeOfGroup = (name: string): LogType | undefined =>
  logTypes.find(({ spec }) => spec.logGroups?.some((pattern) => pattern.test(name)));

function logTypeThatFits(
  head: string,
  members: ReadonlySet<string> | undefined,
  types: readonly LogType[] = logTypes,
): LogType | undefined {
  return members === undefined ? logTypeOfLine(firstLine(head), types) : logTypeOfMembers(members, types);
}

function logTypeOfMembers(members: ReadonlySet<string>, types: readonly LogType[]): LogType | undefined {
  const fits = (names: readonly string[]): boolean => names.every((name) => members.has(name));
  return types.find(({ spec: { looksLike } }) => 'json' in looksLike && looksLike.json.some(fits));
}

function logTypeOfLine(line: string, types: readonly LogType[]): LogType | undefined {
  if (line === '') return undefined;
  return types.find(({ spec: { looksLike } }) => 'line' in looksLike && looksLike.line.test(line));
}

function firstLine(head: string): string {
  const line = head.split('\n').find((text) => text.trim() !== '') ?? '';
  return line.replace(/^\xef\xbb\xbf/, '').trimEnd();
}

/** Members whose array holds the records in one log type or another. */
const WRAPPERS = logTypes.flatMap(({ spec }) => spec.layout.wrappers ?? []);

/** Member names of the first JSON object, or of what the head holds of it; undefined when the content is not JSON. */
function firstMembers(head: string): ReadonlySet<string> | undefined {
  if (!looksLikeJson(head)) return undefined;
  let found: ReadonlySet<string> = new Set();
  const note = (record: LogRecord): void => {
    if (found.size === 0) found = new Set(record.json?.names());
  };
  const framing = new JsonFraming(WRAPPERS, { skip: 0, maxRecordBytes: head.length });
  framing.push(Buffer.from(head, 'latin1'), note);
  framing.end(note);
  return found;
}

/** Account and region as an object's key tells them. */
export function originOfKey(key: string): { account: string | undefined; region: string | undefined } {
  const groups = logTypes
    .flatMap((type) => type.spec.keys.map((pattern) => pattern.exec(key)?.groups))
    .find((found) => found !== undefined);
  const account = groups?.['account'] ?? /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12})\//.exec(key)?.[1];
  return { account, region: groups?.['region'] };
}
