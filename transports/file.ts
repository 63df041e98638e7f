import { type FileHandle, open } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import {
  type BoundEnvelope,
  DeliveryError,
  type FrameBlock,
  type ProbeReport,
  type ProbeStep,
  type Transport,
  type TransportContext,
  type TransportType,
} from './transport.ts';

export interface FileSettings {
  readonly path: string;
  readonly max_message_bytes: number;
}

/** Events as lines of a file, for dry runs. Nothing rotates or limits the file. */
export const file: TransportType<FileSettings> = {
  type: 'file',
  title: 'Lines of a local file, for dry runs',
  schema: {
    path: {
      doc: 'File to append to, absolute. It is made (readable by the agent only) if it does not exist.',
      format: 'String',
      default: null,
      required: true,
      example: '/var/lib/trailferry/dry-run.log',
    },
    max_message_bytes: { doc: 'Most bytes of one event.', format: 'bytes', default: 1024 * 1024 },
  },
  check: ({ path }) => (isAbsolute(path) ? [] : [['path', 'must be absolute']]),
  create: createFile,
};

function createFile(settings: FileSettings, context: TransportContext): Transport {
  const where = `${context.name} (${settings.path})`;
  let queue: Promise<unknown> = Promise.resolve();
  let closed = false;
  /** One write at a time, in the order of the calls. */
  const inTurn = <T>(action: (handle: FileHandle) => Promise<T>): Promise<T> => {
    const result = queue
      .then(() => withFile(settings.path, action))
      .catch((error) => Promise.reject(faultOf(error, where)));
    queue = result.then(nothing, nothing);
    return result;
  };
  return {
    assurance: 'written',
    envelope: { bind: () => lineOf(settings.max_message_bytes) },
    window: 1024 * 1024,
    send: (block, signal) =>
      inTurn(async (handle) => {
        signal.throwIfAborted();
        if (closed) throw new DeliveryError('TF-FILE-CLOSED', `${where}: the agent is stopping`, { kind: 'retry' });
        await append(handle, block);
      }),
    probe: () => probe(inTurn),
    close: async () => {
      closed = true;
      await queue;
    },
  };
}

function nothing(): void {}

async function withFile<T>(path: string, action: (handle: FileHandle) => Promise<T>): Promise<T> {
  await using handle = await open(path, 'a', 0o600);
  return await action(handle);
}

/** Appends a whole block and makes it durable, or nothing: half a line would spoil the line of the next try. */
async function append(handle: FileHandle, { data, ends, count }: FrameBlock): Promise<void> {
  const { size } = await handle.stat();
  try {
    await handle.writeFile(data.subarray(0, ends[count - 1]));
    await handle.datasync();
  } catch (error) {
    await handle.truncate(size);
    throw error;
  }
}

function lineOf(room: number): BoundEnvelope {
  return {
    room,
    frame: (text) => `${text.includes('\n') || text.includes('\r') ? text.replace(/[\r\n]/g, ' ') : text}\n`,
  };
}

async function probe(inTurn: (action: (handle: FileHandle) => Promise<void>) => Promise<void>): Promise<ProbeReport> {
  const start = performance.now();
  const done = (rest: Omit<ProbeStep, 'step' | 'ms'>): ProbeReport => ({
    ok: rest.ok,
    assurance: 'written',
    steps: [{ step: 'open for append', ms: Math.round(performance.now() - start), ...rest }],
  });
  try {
    await inTurn((handle) => handle.datasync());
    return done({ ok: true, detail: 'writable' });
  } catch (error) {
    const { message, fault } = error as DeliveryError;
    return done({ ok: false, detail: message, ...(fault.kind === 'blocked' ? { remedy: fault.remedy } : {}) });
  }
}

/** What has to be done about an error of the file system, by its code. Any other heals by itself, or by making room. */
export const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'make the directory of path',
  ENOTDIR: 'let path be in a directory',
  EISDIR: 'let path name a file',
  EACCES: 'let the agent write to path (with the hardened unit: only below its state directory)',
  EPERM: 'let the agent write to path',
  EROFS: 'let path be on a file system that is writable (with the hardened unit: only below its state directory)',
};

function faultOf(error: unknown, where: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof DeliveryError || code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  const remedy = REMEDIES[code];
  return new DeliveryError(
    `TF-FILE-${code}`,
    `${where}: ${message}`,
    remedy === undefined ? { kind: 'retry' } : { kind: 'blocked', remedy },
    error,
  );
}
