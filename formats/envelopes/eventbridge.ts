import { FormatError } from '../framing/record.ts';
import { parseIso } from '../times.ts';
import { type Envelope, known, textMember } from './envelope.ts';

/** An EventBridge event, as a rule hands it to Firehose: `detail` is the record. */
export const eventBridge: Envelope = {
  name: 'eventbridge',
  title: 'EventBridge event, stored by Firehose',
  reference: 'https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html',
  members: ['detail-type', 'source', 'detail'],
  open(value) {
    const text = value.raw('detail');
    if (text === undefined || text === 'null') throw new FormatError('TF-ENVELOPE-EMPTY', 'the event has no detail');
    const time = textMember(value, 'time');
    const context = known({
      account: textMember(value, 'account'),
      region: textMember(value, 'region'),
      timestamp: time === undefined ? undefined : parseIso(time),
    });
    const detailType = textMember(value, 'detail-type');
    return [{ text, context, ...(detailType === undefined ? {} : { detailType }) }];
  },
};
