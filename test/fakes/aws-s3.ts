import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from './aws-faults.ts';
import { bytesOf } from './aws-sqs.ts';

/** A body made while it is read, for objects that should not stand in memory. Each call begins at the first byte. */
export interface GeneratedBody {
  readonly size: number;
  stream(): AsyncIterable<Buffer>;
}

export interface PutOptions {
  /** Keep earlier versions and give this one a version id. */
  readonly versioned?: boolean;
  /** Refuse to read it: `access` as IAM does, `kms` for its key, `archived` for its storage class. */
  readonly refuse?: 'access' | 'kms' | 'archived';
}

export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly body: Buffer | GeneratedBody;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly versionId: string | undefined;
  readonly lastModified: Date;
  readonly refuse: PutOptions['refuse'];
}

/** The account that owns all buckets of the fake. */
export const BUCKET_OWNER = '111122223333';

const REFUSALS = {
  access: ['AccessDenied', 'Access Denied'],
  kms: ['AccessDenied', 'User is not authorized to perform: kms:Decrypt on this resource'],
  archived: ['InvalidObjectState', "The operation is not valid for the object's storage class"],
} as const;

/** Objects by bucket and key, the newest version last. */
export class ObjectStore {
  private readonly versions = new Map<string, StoredObject[]>();
  private readonly buckets = new Set<string>();
  private count = 0;

  put(bucket: string, key: string, body: Buffer | GeneratedBody, options: PutOptions = {}): StoredObject {
    this.count += 1;
    const content = Buffer.isBuffer(body) ? body : Buffer.from(`${bucket}/${key}/${this.count}`);
    const stored = {
      bucket,
      key,
      body,
      size: Buffer.isBuffer(body) ? body.length : body.size,
      etag: createHash('md5').update(content).digest('hex'),
      versionId: options.versioned ? `v${this.count}.${randomUUID()}` : undefined,
      lastModified: new Date(),
      refuse: options.refuse,
    };
    const earlier = options.versioned ? (this.versions.get(`${bucket}/${key}`) ?? []) : [];
    this.versions.set(`${bucket}/${key}`, [...earlier, stored]);
    this.buckets.add(bucket);
    return stored;
  }

  remove(bucket: string, key: string): void {
    this.versions.delete(`${bucket}/${key}`);
  }

  /** @throws {S3Error} as S3 answers */
  find(bucket: string, key: string, versionId?: string): StoredObject {
    if (!this.buckets.has(bucket)) throw new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist');
    const all = this.versions.get(`${bucket}/${key}`);
    if (all === undefined) throw new S3Error(404, 'NoSuchKey', 'The specified key does not exist.');
    const found = versionId === undefined ? all.at(-1) : all.find((version) => version.versionId === versionId);
    if (found === undefined) throw new S3Error(404, 'NoSuchVersion', 'The specified version does not exist.');
    return found;
  }
}

/** An answer of S3 other than success. */
export class S3Error extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const S3_OPERATIONS: Readonly<Record<string, string>> = {
  GET: 'GetObject',
  HEAD: 'HeadObject',
  PUT: 'PutObject',
};

/** Answers one path-style request of S3's REST protocol. */
export async function serveS3(
  request: IncomingMessage,
  response: ServerResponse,
  store: ObjectStore,
  fault: Fault | undefined,
): Promise<void> {
  try {
    if (fault?.status !== undefined) {
      throw new S3Error(
        fault.status,
        fault.code ?? 'InternalError',
        fault.message ?? 'We encountered an internal error.',
      );
    }
    const url = new URL(request.url ?? '/', 'http://s3');
    const [bucket = '', ...key] = url.pathname.slice(1).split('/').map(decodeURIComponent);
    if (request.method === 'PUT') {
      const { etag } = store.put(bucket, key.join('/'), await bytesOf(request));
      response.writeHead(200, { etag: `"${etag}"` }).end();
      return;
    }
    const found = store.find(bucket, key.join('/'), url.searchParams.get('versionId') ?? undefined);
    allow(request, found);
    await sendObject(request, response, found, fault);
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${error.code}</Code><Message>${error.message}</Message></Error>`;
    response.writeHead(error.status, { 'content-type': 'application/xml' });
    response.end(request.method === 'HEAD' ? undefined : xml);
  }
}

function allow({ headers }: IncomingMessage, object: StoredObject): void {
  const owner = headers['x-amz-expected-bucket-owner'] ?? BUCKET_OWNER;
  const [code, message] = owner === BUCKET_OWNER ? REFUSALS[object.refuse ?? 'access'] : REFUSALS.access;
  if (object.refuse !== undefined || owner !== BUCKET_OWNER) throw new S3Error(403, code, message);
  const wanted = headers['if-match'];
  if (wanted !== undefined && wanted.replaceAll('"', '') !== object.etag) {
    throw new S3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
  }
}

async function sendObject(
  request: IncomingMessage,
  response: ServerResponse,
  object: StoredObject,
  fault: Fault | undefined,
): Promise<void> {
  const { from, ranged, ...range } = rangeOf(request.headers.range, object.size);
  const to = fault?.ending === 'short' ? from + (fault.afterBytes ?? 0) : range.to;
  response.writeHead(ranged ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-length': to - from,
    'last-modified': object.lastModified.toUTCString(),
    'accept-ranges': 'bytes',
    etag: `"${object.etag}"`,
    ...(object.versionId && { 'x-amz-version-id': object.versionId }),
    ...(ranged && { 'content-range': `bytes ${from}-${to - 1}/${object.size}` }),
  });
  if (request.method === 'HEAD') response.end();
  else if (fault?.afterBytes !== undefined && fault.ending !== 'short')
    await breakOff(response, object, from, to, fault);
  else if (Buffer.isBuffer(object.body)) response.end(object.body.subarray(from, to));
  else await pour(response, object.body, from, to);
}

function rangeOf(header: string | undefined, size: number): { from: number; to: number; ranged: boolean } {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return { from: 0, to: size, ranged: false };
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (from >= size) throw new S3Error(416, 'InvalidRange', 'The requested range is not satisfiable');
  return { from, to, ranged: true };
}

/** Sends the first bytes of the answer, then does what the fault says. */
async function breakOff(
  response: ServerResponse,
  { body }: StoredObject,
  from: number,
  to: number,
  { afterBytes = 0, ending = 'reset' }: Fault,
): Promise<void> {
  const stop = Math.min(to, from + afterBytes);
  if (Buffer.isBuffer(body)) response.write(body.subarray(from, stop));
  else await pour(response, body, from, stop, false);
  response.flushHeaders();
  await new Promise((resolve) => setTimeout(resolve, 5));
  if (ending === 'reset') response.socket?.resetAndDestroy();
  else if (ending === 'end') response.socket?.end();
}

async function pour(
  response: ServerResponse,
  body: GeneratedBody,
  from: number,
  to: number,
  end = true,
): Promise<void> {
  let at = 0;
  for await (const chunk of body.stream()) {
    const part = chunk.subarray(Math.max(0, from - at), Math.max(0, to - at));
    at += chunk.length;
    if (response.destroyed || at - chunk.length >= to) break;
    if (part.length > 0 && !response.write(part)) await drained(response);
  }
  if (end) response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      response.off('drain', go);
      response.off('close', go);
      resolve();
    };
    response.on('drain', go);
    response.on('close', go);
  });
}
