import { type FileHandle, open } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { finish, finishedFiles, isFull, type RotationLimits, stateOf, syncDirectory } from './file-rotation.ts';
import {
  type BoundEnvelope,
  DeliveryError,
  type Envelope,
  type FrameBlock,
  type ProbeReport,
  type ProbeStep,
  type SettingsSchema,
  type Transport,
  type TransportContext,
  type TransportType,
} from './transport.ts';

export interface FileSettings extends RotationLimits {
  readonly path: string;
  readonly max_message_bytes: number;
  readonly max_total_bytes: number | null;
}

const schema = {
  path: {
    doc: 'File to append to, absolute. It is made (readable by the agent only) if it does not exist.',
    format: 'String',
    default: null,
    required: true,
    example: '/var/lib/trailferry/dry-run.log',
  },
  max_message_bytes: { doc: 'Most bytes of one event.', format: 'bytes', default: 1024 * 1024 },
  rotate_bytes: {
    doc: 'Size at which the file is finished and another one begun. A finished file is called like `PATH.20261124T034000.123Z`, changes no more, and can be carried away; the agent deletes none.',
    format: 'bytes',
    default: null,
    example: '256MiB',
  },
  rotate_after: {
    doc: 'Longest time from its first event until a file is finished.',
    format: 'duration',
    default: null,
    example: '15m',
  },
  max_total_bytes: {
    doc: 'Most bytes of all these files together. When they are reached, events wait until some finished files have been carried away.',
    format: 'bytes',
    default: null,
    example: '20GiB',
  },
} as const satisfies SettingsSchema;

/** Events as lines of a file, for dry runs and for networks that are reached by carrying files. */
export const file: TransportType<FileSettings> = {
  type: 'file',
  title: 'Lines of local files, for dry runs and air-gapped transfer',
  schema,
  check: checkFile,
  create: (settings, context) => new FileTransport(settings, context),
};

/** More than a block that is full, so that a file takes one at least. */
const LEAST_ROTATION_BYTES = 1024 * 1024;

function checkFile({ path, rotate_bytes, rotate_after, max_total_bytes: total }: FileSettings) {
  const complaints: [path: string, message: string][] = [];
  const complain = (when: boolean, setting: string, message: string) => {
    if (when) complaints.push([setting, message]);
  };
  const rotates = rotate_bytes !== null || rotate_after !== null;
  complain(!isAbsolute(path), 'path', 'must be absolute');
  complain(rotate_bytes !== null && rotate_bytes < LEAST_ROTATION_BYTES, 'rotate_bytes', 'at least 1MiB');
  complain(rotate_after !== null && rotate_after < 1_000, 'rotate_after', 'at least 1s');
  complain(
    total !== null && !rotates,
    'max_total_bytes',
    'needs rotate_bytes or rotate_after: only finished files can be carried away',
  );
  complain(
    total !== null && rotate_bytes !== null && total < rotate_bytes,
    'max_total_bytes',
    'must be more than rotate_bytes',
  );
  return complaints;
}

class FileTransport implements Transport {
  readonly assurance = 'written';
  readonly envelope: Envelope;
  readonly window = 1024 * 1024;
  private readonly settings: FileSettings;
  private readonly where: string;
  private readonly timer: NodeJS.Timeout | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private closed = false;

  constructor(settings: FileSettings, { name }: TransportContext) {
    this.settings = settings;
    this.where = `${name} (${settings.path})`;
    this.envelope = { bind: () => lineOf(settings.max_message_bytes) };
    const { rotate_after: ms } = settings;
    if (ms !== null) this.timer = setInterval(() => this.finishInTime(), Math.min(ms, 60_000)).unref();
  }

  send(block: FrameBlock, signal: AbortSignal): Promise<void> {
    return this.inTurn(async () => {
      signal.throwIfAborted();
      if (this.closed)
        throw new DeliveryError('TF-FILE-CLOSED', `${this.where}: the agent is stopping`, { kind: 'retry' });
      await this.makeWay(block.ends[block.count - 1] ?? 0);
      await append(this.settings.path, block);
    });
  }

  probe(): Promise<ProbeReport> {
    return probe(this.settings, (action) => this.inTurn(action));
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    await this.queue;
  }

  /** One action at a time, in the order of the calls. */
  private inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.queue.then(action).catch((error) => Promise.reject(faultOf(error, this.where)));
    this.queue = result.then(nothing, nothing);
    return result;
  }

  /** Finishes a file that is full. @throws {DeliveryError} TF-FILE-FULL (blocked) when there is no room for `more` bytes */
  private async makeWay(more: number): Promise<void> {
    const { path, rotate_bytes, rotate_after, max_total_bytes: total } = this.settings;
    if (rotate_bytes === null && rotate_after === null) return;
    const state = await stateOf(path);
    if (isFull(state, more, this.settings)) await finish(path);
    if (total === null) return;
    const { names, bytes } = await finishedFiles(path);
    const open = (await stateOf(path)).size;
    if (names.length === 0 || bytes + open + more <= total) return;
    const message = `${this.where}: ${names.length} finished files of ${bytes} bytes have reached max_total_bytes`;
    const remedy = `carry finished files away, ${names[0]} first`;
    throw new DeliveryError('TF-FILE-FULL', message, { kind: 'blocked', remedy });
  }

  /** So that the last events of the day do not wait for those of the next one. What fails here fails at the next send, too. */
  private finishInTime(): void {
    const due = async () => {
      if (isFull(await stateOf(this.settings.path), 0, this.settings)) await finish(this.settings.path);
    };
    void this.inTurn(due).catch(nothing);
  }
}

function nothing(): void {}

async function withFile<T>(path: string, action: (handle: FileHandle) => Promise<T>): Promise<T> {
  await using handle = await open(path, 'a', 0o600);
  return await action(handle);
}

/** Appends a whole block and makes it durable, or nothing: half a line would spoil the line of the next try. */
function append(path: string, { data, ends, count }: FrameBlock): Promise<void> {
  return withFile(path, async (handle) => {
    const { size } = await handle.stat();
    try {
      await handle.writeFile(data.subarray(0, ends[count - 1]));
      await handle.datasync();
      if (size === 0) await syncDirectory(path);
    } catch (error) {
      await handle.truncate(size);
      throw error;
    }
  });
}

function lineOf(room: number): BoundEnvelope {
  return {
    room,
    frame: (text) => `${text.includes('\n') || text.includes('\r') ? text.replace(/[\r\n]/g, ' ') : text}\n`,
  };
}

async function probe(
  { path, rotate_bytes, rotate_after }: FileSettings,
  inTurn: <T>(action: () => Promise<T>) => Promise<T>,
): Promise<ProbeReport> {
  const start = performance.now();
  const done = (rest: Omit<ProbeStep, 'step' | 'ms'>): ProbeReport => ({
    ok: rest.ok,
    assurance: 'written',
    steps: [{ step: 'open for append', ms: Math.round(performance.now() - start), ...rest }],
  });
  try {
    await inTurn(() => withFile(path, (handle) => handle.datasync()));
    if (rotate_bytes === null && rotate_after === null) return done({ ok: true, detail: 'writable' });
    const { names, bytes } = await finishedFiles(path);
    return done({ ok: true, detail: `writable; ${names.length} finished files wait, ${bytes} bytes` });
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
