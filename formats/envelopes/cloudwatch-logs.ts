import { FormatError, type JsonMembers } from '../framing/record.ts';
import { type Envelope, known, type Letter, textMember } from './envelope.ts';

interface LogEventMember {
  readonly timestamp?: unknown;
  readonly message?: unknown;
}

/** What a CloudWatch Logs subscription hands to Firehose: messages of one log stream. */
export const cloudWatchLogs: Envelope = {
  name: 'cloudwatch-logs',
  title: 'CloudWatch Logs subscription, stored by Firehose',
  reference: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html',
  members: ['messageType', 'logGroup', 'logEvents'],
  open(value) {
    const events = value.member('logEvents');
    if (!Array.isArray(events)) throw new FormatError('TF-ENVELOPE-EMPTY', 'logEvents is not a list');
    // CloudWatch Logs asks whether its destination is there; nobody's log says that.
    if (value.member('messageType') === 'CONTROL_MESSAGE') return [];
    return (events as LogEventMember[]).map((event) => letter(value, event));
  },
};

function letter(value: JsonMembers, event: LogEventMember | null): Letter {
  const message = event?.message;
  if (typeof message !== 'string') throw new FormatError('TF-ENVELOPE-EMPTY', 'a log event has no message');
  const { timestamp } = event as LogEventMember;
  const context = known({
    account: textMember(value, 'owner'),
    logGroup: textMember(value, 'logGroup'),
    logStream: textMember(value, 'logStream'),
    timestamp: typeof timestamp === 'number' ? timestamp : undefined,
  });
  return { text: message, context };
}
