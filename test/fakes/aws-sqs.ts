import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from './aws-faults.ts';
import type { FakeQueue, Refusal } from './aws-queue.ts';

/** What the SQS side has done so far. */
export interface SqsStats {
  receives: number;
  received: number;
  deleted: number;
  extended: number;
  released: number;
  sent: number;
}

export interface SqsSide {
  readonly stats: SqsStats;
  /** Sees the body of a message that is about to be deleted. */
  beforeDelete(body: string): void | Promise<void>;
  queue(name: string): FakeQueue;
}

type Input = Readonly<Record<string, unknown>>;
type Operation = (queue: FakeQueue, input: Input, call: Call) => Promise<object> | object;

interface Call {
  readonly side: SqsSide;
  readonly fault: Fault | undefined;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
}

interface Entry {
  readonly Id: string;
  readonly ReceiptHandle: string;
  readonly VisibilityTimeout?: number;
  readonly MessageBody?: string;
}

/** An answer of the service other than 200. */
export class SqsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status = 400, message: string = code) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  async ReceiveMessage(queue, input, { side, signal }) {
    side.stats.receives += 1;
    const visibility = numberOf(input['VisibilityTimeout'], queue.options.visibilitySeconds);
    const max = numberOf(input['MaxNumberOfMessages'], 1);
    if (max < 1 || max > 10) throw new SqsError('InvalidParameterValue');
    const messages = await queue.receive(max, numberOf(input['WaitTimeSeconds'], 0), visibility, signal);
    side.stats.received += messages.length;
    return messages.length > 0 ? { Messages: messages } : {};
  },
  async DeleteMessage(queue, input, call) {
    accept(await remove(queue, String(input['ReceiptHandle']), call));
    return {};
  },
  DeleteMessageBatch: (queue, input, call) => batch(input, call, (entry) => remove(queue, entry.ReceiptHandle, call)),
  ChangeMessageVisibility(queue, input, { side }) {
    accept(hide(queue, String(input['ReceiptHandle']), numberOf(input['VisibilityTimeout'], 0), side));
    return {};
  },
  ChangeMessageVisibilityBatch: (queue, input, call) =>
    batch(input, call, (entry) => hide(queue, entry.ReceiptHandle, entry.VisibilityTimeout ?? 0, call.side)),
  SendMessage(queue, input, { side }) {
    return sent(queue, String(input['MessageBody']), side);
  },
  SendMessageBatch(queue, input, { side }) {
    const entries = entriesOf(input);
    return { Successful: entries.map((entry) => ({ Id: entry.Id, ...sent(queue, entry.MessageBody ?? '', side) })) };
  },
  GetQueueAttributes: (queue) => ({ Attributes: attributes(queue) }),
};

/** Answers one request of the SQS JSON protocol. */
export async function serveSqs(
  operation: string,
  request: IncomingMessage,
  response: ServerResponse,
  side: SqsSide,
  fault: Fault | undefined,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    if (fault?.status !== undefined) throw new SqsError(fault.code ?? 'InternalError', fault.status, fault.message);
    const input = JSON.parse((await bytesOf(request)).toString()) as Input;
    const act = OPERATIONS[operation];
    if (act === undefined) throw new SqsError('InvalidAction');
    const name = String(input['QueueUrl']).split('/').at(-1) ?? '';
    const output = await act(side.queue(name), input, { side, fault, signal: gone.signal });
    if (fault?.lostReply) response.destroy();
    else answer(response, 200, output);
  } catch (error) {
    if (!(error instanceof SqsError)) throw error;
    answer(response, error.status, { __type: `com.amazonaws.sqs#${error.code}`, message: error.message });
  }
}

export async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function answer(response: ServerResponse, status: number, output: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': randomUUID() });
  response.end(JSON.stringify(output));
}

async function batch(
  input: Input,
  { fault }: Call,
  act: (entry: Entry) => Promise<Refusal | true> | Refusal | true,
): Promise<object> {
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const [index, entry] of entriesOf(input).entries()) {
    const refused = index < (fault?.entries ?? 0) ? (fault?.code ?? 'InternalError') : await act(entry);
    if (refused === true) Successful.push({ Id: entry.Id });
    else Failed.push({ Id: entry.Id, Code: refused, Message: refused, SenderFault: refused !== 'InternalError' });
  }
  return { Successful, Failed };
}

function entriesOf(input: Input): readonly Entry[] {
  const entries = input['Entries'] as readonly Entry[];
  if (entries.length === 0) throw new SqsError('EmptyBatchRequest');
  if (entries.length > 10) throw new SqsError('TooManyEntriesInBatchRequest');
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) throw new SqsError('BatchEntryIdsNotDistinct');
  return entries;
}

async function remove(queue: FakeQueue, receipt: string, { side }: Call): Promise<Refusal | true> {
  const body = queue.bodyOf(receipt);
  if (body !== undefined) await side.beforeDelete(body);
  const removed = queue.remove(receipt);
  if (removed === true) side.stats.deleted += 1;
  return typeof removed === 'boolean' ? true : removed;
}

function hide(queue: FakeQueue, receipt: string, seconds: number, { stats }: SqsSide): Refusal | true {
  const hidden = queue.hide(receipt, seconds);
  if (hidden === true) stats[seconds > 0 ? 'extended' : 'released'] += 1;
  return hidden;
}

function accept(outcome: Refusal | true): void {
  if (outcome !== true) throw new SqsError(outcome);
}

function sent(queue: FakeQueue, body: string, { stats }: SqsSide): object {
  const { id, md5 } = queue.send(body);
  stats.sent += 1;
  return { MessageId: id, MD5OfMessageBody: md5 };
}

function attributes(queue: FakeQueue): object {
  const { visible, inFlight } = queue.depth;
  const { maxReceiveCount, visibilitySeconds } = queue.options;
  const deadLetterTargetArn = `${arnOf(queue.name)}-dlq`;
  return {
    QueueArn: arnOf(queue.name),
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: '0',
    VisibilityTimeout: String(visibilitySeconds),
    MessageRetentionPeriod: '345600',
    ...(maxReceiveCount !== undefined && { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }) }),
  };
}

function arnOf(name: string): string {
  return `arn:aws:sqs:eu-west-1:111122223333:${name}`;
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
