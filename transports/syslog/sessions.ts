import { setTimeout as sleep } from 'node:timers/promises';
import { trouble } from './faults.ts';
import { dialTls, type TlsTarget } from './tls-dial.ts';
import type { TlsSession } from './tls-session.ts';

const GOODBYE_MS = 1_000;

/** The sessions with one destination: made one at a time, first at the address that last let us in, and counted. */
export class Sessions {
  private readonly target: TlsTarget;
  private readonly most: number;
  private readonly onDrain: () => void;
  private readonly closing = new AbortController();
  private readonly open = new Set<TlsSession>();
  private connecting = false;
  private lastAddress: string | undefined;

  /**
   * @param most open at a time
   * @param onDrain called when a session has room again after a write that filled it
   */
  constructor(target: TlsTarget, most: number, onDrain: () => void) {
    this.target = target;
    this.most = most;
    this.onDrain = onDrain;
  }

  /** Fires when no session is wanted any more. */
  get signal(): AbortSignal {
    return this.closing.signal;
  }

  /** Whether one more may be made now. */
  get free(): boolean {
    return !this.connecting && this.open.size < this.most && !this.signal.aborted;
  }

  /** Makes one more. @throws as `dialTls` */
  async connect(): Promise<TlsSession> {
    this.connecting = true;
    try {
      const { signal, onDrain, lastAddress: first } = this;
      const session = await dialTls(this.target, { signal, onDrain, ...(first === undefined ? {} : { first }) });
      this.lastAddress = session.address;
      this.count(session);
      if (signal.aborted) session.fail(trouble('TF-SYSLOG-GIVEN-UP'));
      return session;
    } finally {
      this.connecting = false;
    }
  }

  /** Ends all in order, and breaks what is not over soon. */
  async close(): Promise<void> {
    this.closing.abort();
    const sessions = [...this.open];
    for (const session of sessions) session.end();
    await Promise.race([Promise.all(sessions.map(({ over }) => over)), sleep(GOODBYE_MS)]);
    for (const session of sessions) session.fail(trouble('TF-SYSLOG-GIVEN-UP'));
  }

  private count(session: TlsSession): void {
    const { observer } = this.target;
    this.open.add(session);
    observer.connections(this.open.size);
    void session.over.then(() => {
      this.open.delete(session);
      observer.connections(this.open.size);
    });
  }
}
