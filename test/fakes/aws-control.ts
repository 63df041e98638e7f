import type { FakeAws } from './aws.ts';
import type { Fault } from './aws-faults.ts';

/** What another process may ask of the fake AWS: POST it as JSON to `/_control`; the answer is JSON. */
export type FakeAwsCommand =
  | {
      readonly do: 'put';
      readonly bucket: string;
      readonly key: string;
      /** The object's bytes. */
      readonly base64: string;
      /** Announce it too. */
      readonly notify?: boolean;
    }
  /** Sends what S3 sends about an object that is there. */
  | { readonly do: 'announce'; readonly bucket: string; readonly key: string; readonly queue?: string }
  | { readonly do: 'send'; readonly body: string; readonly queue?: string }
  | { readonly do: 'fail'; readonly operation: string; readonly fault: Fault }
  | { readonly do: 'heal' }
  | { readonly do: 'state'; readonly queue?: string };

export function obey(aws: FakeAws, command: FakeAwsCommand): object {
  switch (command.do) {
    case 'put':
      aws.putObject(command.bucket, command.key, Buffer.from(command.base64, 'base64'));
      if (command.notify) aws.notify(command.bucket, command.key);
      return {};
    case 'announce':
      aws.notify(command.bucket, command.key, command.queue);
      return {};
    case 'send':
      aws.send(command.body, command.queue);
      return {};
    case 'fail':
      aws.fail(command.operation, command.fault);
      return {};
    case 'heal':
      aws.heal();
      return {};
    case 'state':
      return { stats: aws.stats, depth: aws.depth(command.queue), deadLetters: aws.deadLetters(command.queue) };
  }
}
