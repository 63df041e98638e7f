import { arnPart, choose, computed, first, floor, text, textOf } from '../functions.ts';
import { json } from '../layout.ts';
import { header, members, objectsOf } from '../lists.ts';
import { defineLogType } from '../log-type.ts';
import { epochMilliseconds } from '../times.ts';
import { accountKey, DAY, REGION } from './keys.ts';

const HEADERS = 'httpRequest.headers';

const host = first(header(HEADERS, 'host'), 'httpRequest.host');

/** Newer records name the scheme; where it is not known, the URL is one without: `//host/path`. */
const url = computed(
  'httpRequest scheme, host, uri and args',
  ['httpRequest.scheme', host, 'httpRequest.uri', 'httpRequest.args'],
  (scheme, name, uri, args) => {
    const start = textOf(name) === '' ? '' : `${textOf(scheme) === '' ? '' : `${textOf(scheme)}:`}//${textOf(name)}`;
    const query = textOf(args) === '' ? '' : `?${textOf(args)}`;
    return `${start}${textOf(uri)}${query}`;
  },
);

/** The rule group whose rule ended the evaluation, and that rule. */
const ruleGroup = computed('rule group and rule that ended the evaluation', ['ruleGroupList'], (list) => {
  const group = objectsOf(list).find((one) => objectsOf(one['terminatingRule']).length > 0);
  const [rule] = objectsOf(group?.['terminatingRule']);
  return rule === undefined ? undefined : `${textOf(group?.['ruleGroupId'])}:${textOf(rule['ruleId'])}`;
});

/** What was matched and where; the matched data itself may be a password. */
const matches = computed('condition and location of each match', ['terminatingRuleMatchDetails'], (list) =>
  objectsOf(list)
    .map((match) => [match['conditionType'], match['location']].map(textOf).filter((part) => part !== ''))
    .map((parts) => parts.join(' in '))
    .join(', '),
);

const counted = computed(
  'rules that matched and did not end the evaluation',
  ['nonTerminatingMatchingRules', 'rateBasedRuleList', 'terminatingRuleId'],
  (rules, rates, ended) =>
    [...objectsOf(rules).map((rule) => rule['ruleId']), ...objectsOf(rates).map((rule) => rule['rateBasedRuleName'])]
      .map(textOf)
      .filter((name) => name !== '' && name !== ended)
      .join(','),
);

export const waf = defineLogType({
  name: 'waf',
  title: 'AWS WAF web ACL traffic logs',
  reference: 'https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html',
  keys: [accountKey(`WAFLogs/(?:${REGION}|[a-z]+)/[^/]+/${DAY}`), /(?:^|\/)aws-waf-logs-[^/]+$/],
  logGroups: [/^aws-waf-logs-/],
  looksLike: { json: [['webaclId', 'action', 'httpRequest']] },
  layout: json(),
  secrets: { signedUrls: true, headers: 'httpRequest.headers' },
  product: 'WAF',
  version: 'formatVersion',
  time: epochMilliseconds('timestamp'),
  signature: first('terminatingRuleId', 'action'),
  scope: 'action',
  label: choose(
    'action',
    {
      ALLOW: 'Web request allowed',
      BLOCK: 'Web request blocked',
      COUNT: 'Web request counted',
      CAPTCHA: 'Web request challenged',
      CHALLENGE: 'Web request challenged',
    },
    'Web request inspected',
  ),
  category: text('action', 'WAF and action', (action) => `WAF ${action}`),
  severity: choose('action', { ALLOW: 1, COUNT: 2, CAPTCHA: 4, CHALLENGE: 4, BLOCK: 5 }, 1),
  fields: {
    'cloud.account': first(arnPart('webaclId', 4), '@account'),
    'cloud.region': first(arnPart('webaclId', 3), '@region'),
    'source.address': 'httpRequest.clientIp',
    'geo.country': 'httpRequest.country',
    'as.number': 'clientAsn',
    'destination.host': host,
    'network.application': 'httpRequest.httpVersion',
    'request.method': 'httpRequest.httpMethod',
    'request.url': url,
    'request.context': header(HEADERS, 'referer'),
    'user.agent': header(HEADERS, 'user-agent'),
    'response.status': 'responseCodeSent',
    'event.uid': 'httpRequest.requestId',
    'event.action': 'action',
    'event.reason': first('captchaResponse.failureReason', 'challengeResponse.failureReason'),
    'event.message': matches,
    'waf.acl': 'webaclId',
    'waf.rule_type': 'terminatingRuleType',
    'waf.rule_group': ruleGroup,
    'waf.counted_rules': counted,
    'waf.labels': members('labels', 'name'),
    'waf.source': 'httpSourceName',
    'waf.source_id': 'httpSourceId',
    'waf.body_size': 'requestBodySize',
    'tls.fingerprint': first('ja4Fingerprint', 'ja3Fingerprint'),
  },
  splunk: { sourcetype: 'aws:waf' },
  qradar: 'AWS WAF',
  ocsf: {
    class: 'http_activity',
    activity: text('httpRequest.httpMethod', 'httpRequest.httpMethod', (method) => method),
    paths: {
      'geo.country': 'src_endpoint.location.country',
      'as.number': false,
      'network.application': 'http_request.version',
    },
    values: { 'firewall_rule.uid': 'terminatingRuleId', 'src_endpoint.autonomous_system.number': floor('clientAsn') },
  },
  ecs: {
    kind: 'alert',
    category: 'web network',
    type: choose('action', { ALLOW: 'access allowed', BLOCK: 'access denied' }, 'access'),
    names: { 'geo.country': 'source.geo.country_iso_code', 'as.number': false },
    values: { 'source.as.number': floor('clientAsn') },
  },
});
