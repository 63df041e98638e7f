import { FormatError } from '../framing/record.ts';
import { parseIso } from '../times.ts';
import { type Envelope, known, textMember } from './envelope.ts';

/** An SNS notification that Firehose has stored whole: `Message` is the record, or another envelope. */
export const sns: Envelope = {
  name: 'sns',
  title: 'SNS notification, stored by Firehose',
  reference: 'https://docs.aws.amazon.com/sns/latest/dg/firehose-message-formats.html',
  members: ['Type', 'MessageId', 'TopicArn', 'Message'],
  open(value) {
    // SNS writes a text; some that store notifications write the object that it holds.
    const raw = value.raw('Message');
    const text = textMember(value, 'Message') ?? (raw?.startsWith('{') ? raw : undefined);
    if (text === undefined) throw new FormatError('TF-ENVELOPE-EMPTY', 'the notification has no message');
    const [, , , region, account] = (textMember(value, 'TopicArn') ?? '').split(':');
    const time = textMember(value, 'Timestamp');
    return [{ text, context: known({ account, region, timestamp: time === undefined ? undefined : parseIso(time) }) }];
  },
};
