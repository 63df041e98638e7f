import { trouble } from './faults.ts';
import type { TlsSession } from './tls-session.ts';

/**
 * What TCP (RFC 6298 2.1) and load balancers (haproxy, between `retries`) wait before they try once more where nobody let them
 * in: by then the receiver may have been started anew.
 */
const RETRY_MS = 1_000;
/** The fastest of so many says how long a connection takes when nobody has to try again. */
const RECENT = 8;
/** Connections that may reach other receivers before one reaches that which answered: a load balancer goes round. */
const MOST_TRIES = 8;

/** A session whose end the peer has answered. */
export interface Answered {
  readonly session: Pick<TlsSession, 'address' | 'certificate'>;
  /** Of `performance.now()`. */
  readonly answeredAt: number;
  /** Connections made since that reached another receiver. */
  tries: number;
}

/**
 * Tells the answer of a receiver that goes on from the answer of one that is being stopped, which may not have read what it
 * answers for: only the first lets us in again. A receiver is known by its address and its certificate, since a load balancer
 * may send the next connection to another one. Receivers with the same certificate behind it cannot be told apart.
 */
export class Proof {
  private readonly recent: number[] = [];

  /** A connection took so long to be ready, milliseconds. */
  took(ms: number): void {
    this.recent.push(ms);
    if (this.recent.length > RECENT) this.recent.shift();
  }

  /**
   * What a connection that is ready now says of an answer: that it counts, that another connection has to be made, or why it
   * cannot be proven.
   */
  verdict(answered: Answered, session: Answered['session'], now: number): 'proven' | 'again' | Error {
    const { session: proved, answeredAt } = answered;
    if (session.address !== proved.address)
      return trouble('TF-SYSLOG-UNPROVEN', `connected to ${session.address} instead of ${proved.address}`);
    const late = now - answeredAt - Math.min(...this.recent) >= RETRY_MS;
    const same = session.certificate?.fingerprint256 === proved.certificate?.fingerprint256;
    if (same && !late) return 'proven';
    answered.tries += same ? 0 : 1;
    if (!late && answered.tries < MOST_TRIES) return 'again';
    return trouble('TF-SYSLOG-UNPROVEN', same ? afterMs(now - answeredAt) : elsewhere(answered.tries));
  }
}

const afterMs = (ms: number): string =>
  `it took ${Math.round(ms)} ms until a connection succeeded; it may have been started anew`;

const elsewhere = (tries: number): string =>
  `${tries} connections after it reached another receiver (another certificate); name the receivers themselves in \`hosts\``;
