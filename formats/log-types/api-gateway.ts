import { computed, constant, first, tail, text, textOf } from '../functions.ts';
import { json } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { clfTime, epochMilliseconds, isoTime } from '../times.ts';
import { HTTP_STATUSES, webSeverity } from './alb.ts';
import { categoryBy } from './levels.ts';

const outcome = computed('failure from status 400, else success', ['status'], (value) => {
  const status = Number.parseInt(textOf(value), 10);
  if (Number.isNaN(status)) return undefined;
  return status < 400 ? 'success' : 'failure';
});

/**
 * The format is the owner's. This reads the names that the console proposes and those of `$context` variables, also as
 * their last part (`$context.identity.sourceIp` as `sourceIp`).
 */
export const apiGateway = defineLogType({
  name: 'api-gateway',
  title: 'Amazon API Gateway access logs in JSON, with the usual names',
  reference: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html',
  keys: [/(?:^|\/)amazon-apigateway-[^/]+$/],
  logGroups: [/^API-Gateway-Access-Logs_/, /^\/aws\/api-?gateway\//],
  looksLike: {
    json: [
      ['requestId', 'httpMethod', 'resourcePath', 'status'],
      ['requestId', 'httpMethod', 'requestTime', 'status'],
      ['requestId', 'routeKey', 'status'],
    ],
  },
  layout: json(),
  secrets: { signedUrls: true },
  product: 'API Gateway',
  time: first(epochMilliseconds('requestTimeEpoch'), clfTime('requestTime'), isoTime('requestTime')),
  signature: first('status', constant('0')),
  label: constant('HTTP request'),
  category: categoryBy('APIGateway', outcome),
  severity: computed('by status', ['status'], (status) => webSeverity(textOf(status))),
  fields: {
    'cloud.account': first('accountId', '@account'),
    'cloud.region': first('region', '@region'),
    'source.address': first('ip', 'sourceIp', 'identity.sourceIp'),
    'destination.host': first('domainName', 'host'),
    'network.application': 'protocol',
    'network.bytes_out': first('responseLength', 'bytes'),
    'request.method': 'httpMethod',
    'request.url': first('path', 'resourcePath'),
    'response.status': 'status',
    'user.name': first('user', 'principalId', tail('userArn', '/')),
    'user.id': 'caller',
    'user.arn': 'userArn',
    'user.agent': first('userAgent', 'identity.userAgent'),
    'event.uid': 'requestId',
    'event.kind': 'eventType',
    'event.outcome': outcome,
    'event.reason': first('errorType', 'errorResponseType', 'authorizerError'),
    'event.message': first('errorMessage', 'error', 'integrationErrorMessage', 'integrationError'),
    'request.id': 'extendedRequestId',
    'api_gateway.api': 'apiId',
    'api_gateway.stage': 'stage',
    'api_gateway.route': first('routeKey', 'resourcePath'),
    'api_gateway.latency': 'responseLatency',
    'api_gateway.integration_latency': first('integrationLatency', 'integrationResponseLatency'),
  },
  kinds: { status: [...HTTP_STATUSES, undefined] },
  splunk: { sourcetype: 'aws:cloudwatchlogs' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: 'http_activity',
    activity: text('httpMethod', 'httpMethod', (method) => method),
    paths: { 'event.kind': '', 'network.application': 'http_request.version', 'api_gateway.latency': 'duration' },
  },
  ecs: { kind: 'event', dataset: 'apigateway_logs', category: 'web', type: 'access' },
});
