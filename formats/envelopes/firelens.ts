import { FormatError } from '../framing/record.ts';
import { type Envelope, known, textMember } from './envelope.ts';

/** A line of a container, as FireLens (Fluent Bit) hands it to Firehose: `log` is the record. */
export const fireLens: Envelope = {
  name: 'firelens',
  title: 'Container line through FireLens and Firehose',
  reference: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_firelens.html',
  members: ['container_name', 'source', 'log'],
  open(value) {
    const text = value.member('log');
    if (typeof text !== 'string') throw new FormatError('TF-ENVELOPE-EMPTY', 'the container line has no log');
    const task = textMember(value, 'ecs_task_arn')?.split(':') ?? [];
    const context = known({
      account: task[4],
      region: task[3],
      logGroup: textMember(value, 'container_name'),
      logStream: textMember(value, 'container_id'),
    });
    return text === '' ? [] : [{ text, context }];
  },
};
