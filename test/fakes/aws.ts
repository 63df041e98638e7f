import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FakeAwsCommand, obey } from './aws-control.ts';
import { createFaults, type Fault } from './aws-faults.ts';
import { FakeQueue } from './aws-queue.ts';
import {
  type GeneratedBody,
  ObjectStore,
  type PutOptions,
  S3_OPERATIONS,
  type StoredObject,
  serveS3,
} from './aws-s3.ts';
import { bytesOf, type SqsStats, serveSqs } from './aws-sqs.ts';

export interface FakeAwsOptions {
  /** Visibility timeout of a receive that asks for none; 30 when not given. */
  readonly visibilitySeconds?: number;
  /** Without it nothing goes to the dead letters. */
  readonly maxReceiveCount?: number;
  /** Deliver in random order. */
  readonly shuffle?: boolean;
  /** Share of deliveries that come twice, 0 to 1. */
  readonly duplicates?: number;
  /** Makes order and duplicates repeatable. */
  readonly seed?: number;
}

/** What was asked for so far. `gets` counts GetObject; an object that was resumed counts more than once. */
export interface FakeAwsStats extends SqsStats {
  gets: number;
}

/** SQS and S3 on a port of 127.0.0.1. Queues and buckets exist as soon as they are named. */
export interface FakeAws {
  readonly port: number;
  /** For `aws.endpoints.sqs` and `aws.endpoints.s3`, with `force_path_style`. */
  readonly endpoint: string;
  readonly stats: Readonly<FakeAwsStats>;
  queueUrl(queue?: string): string;
  putObject(bucket: string, key: string, body: Buffer | string | GeneratedBody, options?: PutOptions): StoredObject;
  removeObject(bucket: string, key: string): void;
  send(body: string, queue?: string): void;
  /** Sends what S3 sends when the object was put. */
  notify(bucket: string, key: string, queue?: string): void;
  depth(queue?: string): { readonly visible: number; readonly inFlight: number };
  /** Bodies of messages that were received too often. */
  deadLetters(queue?: string): readonly string[];
  /**
   * Looks at a message before its deletion is accepted. When it throws, the deletion is refused and `close` throws the
   * same: an expectation that fails there fails the test.
   */
  onDelete(look: (body: string) => void | Promise<void>): void;
  /** Scripts a fault for the next requests of an operation, as `DeleteMessageBatch` or `GetObject`. */
  fail(operation: string, fault: Fault): void;
  /** Forgets all faults that have not happened. */
  heal(): void;
  close(): Promise<void>;
}

const DEFAULT_QUEUE = 'trailferry';

export async function startFakeAws(options: FakeAwsOptions = {}): Promise<FakeAws> {
  const stats = { receives: 0, received: 0, deleted: 0, extended: 0, released: 0, sent: 0, gets: 0 };
  const store = new ObjectStore();
  const queues = new Map<string, FakeQueue>();
  const faults = createFaults();
  const random = randomFrom(options.seed ?? 1);
  let look: (body: string) => void | Promise<void> = () => undefined;
  let failure: unknown;

  const queue = (name: string): FakeQueue => {
    const known = queues.get(name) ?? new FakeQueue(name, queueOptions(options, random));
    queues.set(name, known);
    return known;
  };
  const beforeDelete = async (body: string) => {
    try {
      await look(body);
    } catch (error) {
      failure ??= error;
      throw error;
    }
  };
  const send = (body: string, name = DEFAULT_QUEUE) => {
    queue(name).send(body);
    stats.sent += 1;
  };
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/_control') return serveControl(aws, request, response);
    const target = request.headers['x-amz-target'];
    const operation =
      typeof target === 'string' ? target.replace(/^AmazonSQS\./, '') : (S3_OPERATIONS[request.method ?? ''] ?? '');
    const fault = faults.next(operation);
    if (fault?.delayMs !== undefined) await sleep(fault.delayMs);
    if (target !== undefined) return serveSqs(operation, request, response, { stats, beforeDelete, queue }, fault);
    if (operation === 'GetObject') stats.gets += 1;
    return serveS3(request, response, store, fault);
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end(String(error));
    });
  });
  const port = await listening(server);
  const endpoint = `http://127.0.0.1:${port}`;

  const aws: FakeAws = {
    port,
    endpoint,
    stats,
    queueUrl: (name = DEFAULT_QUEUE) => `${endpoint}/111122223333/${name}`,
    putObject: (bucket, key, body, put) =>
      store.put(bucket, key, typeof body === 'string' ? Buffer.from(body) : body, put),
    removeObject: (bucket, key) => store.remove(bucket, key),
    send,
    notify: (bucket, key, name) => send(JSON.stringify(s3Event(store.find(bucket, key))), name),
    depth: (name = DEFAULT_QUEUE) => queue(name).depth,
    deadLetters: (name = DEFAULT_QUEUE) => queue(name).deadLetters,
    onDelete(next) {
      look = next;
    },
    fail: faults.add,
    heal: faults.clear,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (failure !== undefined) throw failure;
    },
  };
  return aws;
}

async function serveControl(aws: FakeAws, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const command = JSON.parse((await bytesOf(request)).toString()) as FakeAwsCommand;
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(obey(aws, command)));
}

/** The event that S3 sends for an object, its key form-url-encoded. */
export function s3Event({ bucket, key, size, etag, versionId }: StoredObject): object {
  const s3 = {
    s3SchemaVersion: '1.0',
    configurationId: 'fake',
    bucket: { name: bucket, ownerIdentity: { principalId: 'FAKE' }, arn: `arn:aws:s3:::${bucket}` },
    object: {
      key: formEncoded(key),
      size,
      eTag: etag,
      ...(versionId && { versionId }),
      sequencer: '0055AED6DCD90281E5',
    },
  };
  const eventTime = new Date().toISOString();
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'eu-west-1',
        eventTime,
        eventName: 'ObjectCreated:Put',
        s3,
      },
    ],
  };
}

function formEncoded(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
}

function queueOptions(options: FakeAwsOptions, random: () => number) {
  const { visibilitySeconds = 30, maxReceiveCount, shuffle = false, duplicates = 0 } = options;
  return { visibilitySeconds, maxReceiveCount, shuffle, duplicates, random };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Numerical Recipes' linear congruential generator: enough to shuffle with. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
