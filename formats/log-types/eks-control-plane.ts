import type { Computed } from '../expression.ts';
import { choose, computed, constant, first, text, textOf } from '../functions.ts';
import { pattern } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { FROM_CLOUDWATCH } from './from-cloudwatch.ts';
import { categoryBy } from './levels.ts';

/** A line of klog tells neither year nor zone, so its time is that of its envelope. */
const KLOG = /^(?<klog>[IWEF])\d{4} \d\d:\d\d:\d\d\.\d{6}\s+\d+ (?<message>[^\s\]]+\] [\s\S]*)$/;
/** The authenticator writes `name=value`. */
const AUTHENTICATOR =
  /^time="(?<time>[^"]*)" level=(?<level>[a-z]+) msg="(?<message>(?:[^"\\]|\\.)*)"(?<rest>[\s\S]*)$/;

const inRest = (name: string): Computed => {
  const shape = new RegExp(` ${name}=(?:"([^"]*)"|(\\S+))`);
  return text('rest', `${name} of the authenticator`, (rest) => {
    const found = shape.exec(rest);
    return found?.[1] ?? found?.[2];
  });
};

const outcome = choose('message', { 'access granted': 'success', 'access denied': 'failure' });
const level = first(choose('klog', { I: 'info', W: 'warning', E: 'error', F: 'fatal' }), 'level');

/** EKS names streams after their component. */
const component = text('@log_stream', 'log stream up to its id', (stream) => stream.replace(/-[0-9a-f]{32}$/, ''));

const severity = computed('5 access denied, 4 error, 2 warning, else 1', [outcome, level], (result, word) => {
  if (result === 'failure') return 5;
  if (/^(?:error|fatal)$/.test(textOf(word))) return 4;
  return /^warn/.test(textOf(word)) ? 2 : 1;
});

export const eksControlPlane = defineLogType({
  name: 'eks-control-plane',
  title: 'Amazon EKS control plane logs: API server, authenticator, scheduler, controller managers',
  reference: 'https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html',
  keys: [],
  logGroups: [/^\/aws\/eks\/[^:]+\/cluster:(?!kube-apiserver-audit-)/],
  looksLike: {
    line: /^(?:[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{6}\s+\d+ [\w.-]+\.go:\d+\] |time="[^"]*" level=[a-z]+ msg="access (?:granted|denied)")/,
  },
  layout: pattern([KLOG, AUTHENTICATOR], { otherwise: 'message' }),
  product: 'EKS Control Plane',
  time: isoTime('time'),
  signature: first(component, choose(outcome, { success: 'authenticator', failure: 'authenticator' }), constant('log')),
  label: first(
    choose(outcome, { success: 'Access granted', failure: 'Access denied' }),
    constant('Control plane message'),
  ),
  category: categoryBy('kubernetes', outcome),
  severity,
  fields: {
    ...FROM_CLOUDWATCH,
    'log.level': level,
    'source.address': text(inRest('client'), 'client of the authenticator', (client) => client.replace(/:\d+$/, '')),
    'user.name': inRest('username'),
    'user.id': inRest('arn'),
    'user.type': inRest('groups'),
    'event.outcome': outcome,
    'event.reason': inRest('error'),
    'event.message': 'message',
  },
  splunk: { sourcetype: 'aws:cloudwatchlogs:eks' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: choose(outcome, { success: 'authentication', failure: 'authentication' }, 'base_event'),
    activity: choose(outcome, { success: 'Logon', failure: 'Logon' }, 'Log'),
    values: { 'service.name': constant('eks.amazonaws.com') },
  },
  ecs: {
    kind: 'event',
    category: choose(outcome, { success: 'authentication', failure: 'authentication' }, 'host'),
    type: choose(outcome, { success: 'start', failure: 'start' }, 'info'),
    values: { 'orchestrator.type': constant('kubernetes') },
  },
});
