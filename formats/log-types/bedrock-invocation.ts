import { computed, constant, first, tail, textOf, words } from '../functions.ts';
import { json } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { isoTime } from '../times.ts';
import { serviceKey } from './keys.ts';

const BODY = 'output.outputBodyJson';

const outcome = computed('failure with an errorCode, else success', ['errorCode'], (error) =>
  textOf(error) === '' ? 'success' : 'failure',
);

/** Prompts and answers are left out: they are somebody's words. The `json` and `raw` formats have them. */
export const bedrockInvocation = defineLogType({
  name: 'bedrock-invocation',
  title: 'Amazon Bedrock model invocation logs, without prompts and answers',
  reference: 'https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html',
  keys: [serviceKey('BedrockModelInvocationLogs')],
  looksLike: { json: [['schemaType', 'modelId', 'requestId', 'operation']] },
  layout: json(),
  product: 'Bedrock',
  version: 'schemaVersion',
  time: isoTime('timestamp'),
  signature: 'operation',
  label: words('operation'),
  category: computed('Bedrock, and Success or Failure', [outcome], (result) =>
    result === 'failure' ? 'Bedrock Failure' : 'Bedrock Success',
  ),
  severity: computed('5 access denied, 4 error, 1 success', ['errorCode'], (error) => {
    const code = textOf(error);
    if (code === '') return 1;
    return /AccessDenied|Unauthorized/.test(code) ? 5 : 4;
  }),
  fields: {
    'cloud.account': first('accountId', '@account'),
    'cloud.region': first('region', '@region'),
    'user.name': tail(tail('identity.arn', '/'), ':'),
    'user.arn': 'identity.arn',
    'event.uid': 'requestId',
    'event.action': 'operation',
    'event.outcome': outcome,
    'event.reason': 'errorCode',
    'resource.name': 'modelId',
    'bedrock.input_tokens': 'input.inputTokenCount',
    'bedrock.output_tokens': 'output.outputTokenCount',
    'bedrock.latency': `${BODY}.metrics.latencyMs`,
    'bedrock.inference_region': 'inferenceRegion',
    'bedrock.stop_reason': first(`${BODY}.stopReason`, `${BODY}.stop_reason`),
  },
  kinds: { errorCode: [undefined, 'AccessDeniedException', '<errorCode>'] },
  splunk: { sourcetype: 'aws:firehose:json' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: 'api_activity',
    activity: 'Other',
    values: { 'api.request.uid': 'requestId', 'api.service.name': constant('bedrock.amazonaws.com') },
  },
  ecs: {
    kind: 'event',
    category: 'api',
    type: 'access',
    names: {
      'resource.name': 'gen_ai.request.model',
      'bedrock.input_tokens': 'gen_ai.usage.input_tokens',
      'bedrock.output_tokens': 'gen_ai.usage.output_tokens',
    },
  },
});
