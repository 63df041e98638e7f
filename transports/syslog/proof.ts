import type { Delivery } from '../delivery.ts';
import { trouble } from './faults.ts';
import type { Intake } from './intake.ts';
import type { TlsSession } from './tls-session.ts';

/**
 * TCP (RFC 6298 2.1) and load balancers (haproxy, between `retries`) wait for a second before they try once more where nobody
 * let them in: by then the receiver may have been started anew. A connection that took nearly so much longer than usual is late.
 */
const LATE_MS = 800;
/** The fastest of so many says how long a connection takes when nobody has to try again. */
const RECENT = 8;
/** Connections that may reach other receivers before one reaches that which answered: a load balancer goes round. */
const MOST_TRIES = 8;
/**
 * A proxy that ends TLS lets us in before it has asked the receiver, and closes the session when that lets it not in. It asks in
 * one round trip, we needed three or four to get in: half of our time, between these, is enough where the receiver is as near.
 * To wait longer costs throughput: what is not proven fills the window.
 */
const STAND_MS = { least: 5, most: 100 };

/** What is to be known of a session. */
type Session = Pick<TlsSession, 'address' | 'certificate' | 'over'>;

/** A session whose end the peer has answered. */
interface Answered {
  readonly session: Session;
  readonly deliveries: readonly Delivery[];
  /** Of `performance.now()`. */
  readonly at: number;
  /** Connections made since that reached another receiver. */
  tries: number;
}

/** A connection that is being made. */
export interface Attempt {
  /** @returns whether one more has to be made, since this one reached another receiver */
  connected(session: Session): boolean;
  /** @param afterMs when a resend makes sense */
  failed(error: Error, afterMs: number): void;
}

/**
 * Tells the answer of a receiver that goes on from the answer of one that is being stopped, which may not have read what it
 * answers for: only the first lets us in again at once, and lets us stay. A receiver is known by its address and its
 * certificate, since a load balancer may send the next connection to another one. Receivers with the same certificate behind
 * it cannot be told apart.
 */
export class Proof {
  private readonly intake: Pick<Intake, 'settle' | 'reject'>;
  private readonly recent: number[] = [];
  private readonly waiting: Answered[] = [];
  /** Proven if the connection stands: who ends it before cannot know. */
  private readonly standing = new Map<Answered, Session>();
  private readonly onStood: () => void;

  /**
   * @param intake told what is delivered, and what is not proven
   * @param onStood called when a connection has stood, or fallen
   */
  constructor(intake: Pick<Intake, 'settle' | 'reject'>, onStood: () => void) {
    this.intake = intake;
    this.onStood = onStood;
  }

  /** Whether answers wait for a connection. */
  get isWanted(): boolean {
    return this.waiting.length > 0;
  }

  /** Whether this connection must not be ended now: that it stands is to prove something. */
  restsOn(session: Session): boolean {
    return [...this.standing.values()].includes(session);
  }

  /** All that was answered for and is not proven yet, but for what an attempt is under way for. */
  get deliveries(): readonly Delivery[] {
    return [...this.waiting, ...this.standing.keys()].flatMap(({ deliveries }) => deliveries);
  }

  /** The peer has answered the end of a session that carried these. */
  answered(session: Session, deliveries: readonly Delivery[]): void {
    this.waiting.push({ session, deliveries, at: performance.now(), tries: 0 });
  }

  /** A connection is being made; it is to prove all that waits now. */
  attempt(): Attempt {
    const start = performance.now();
    const proving = this.waiting.splice(0);
    return {
      connected: (session) => {
        const now = performance.now();
        for (const one of proving) this.judge(one, session, now, now - start);
        this.recent.push(now - start);
        if (this.recent.length > RECENT) this.recent.shift();
        return proving.some((one) => this.waiting.includes(one));
      },
      failed: (error, afterMs) => {
        for (const one of proving) this.refuse(one, error.message, error, afterMs);
      },
    };
  }

  private judge(answered: Answered, session: Session, now: number, took: number): void {
    const { session: proved, at } = answered;
    const isLate = now - at - Math.min(...this.recent) >= LATE_MS;
    const isSame = session.certificate?.fingerprint256 === proved.certificate?.fingerprint256;
    if (session.address !== proved.address)
      this.refuse(answered, `connected to ${session.address} instead of ${proved.address}`);
    else if (!isSame) this.elsewhere(answered, isLate);
    else if (isLate) this.refuse(answered, `the connection after it took ${Math.round(now - at)} ms; ${ANEW}`);
    else void this.stand(answered, session, Math.min(Math.max(took / 2, STAND_MS.least), STAND_MS.most));
  }

  private elsewhere(answered: Answered, isLate: boolean): void {
    answered.tries += 1;
    if (!isLate && answered.tries < MOST_TRIES) this.waiting.push(answered);
    else this.refuse(answered, `${answered.tries} connections after it reached ${ANOTHER}`);
  }

  private async stand(answered: Answered, session: Session, ms: number): Promise<void> {
    this.standing.set(answered, session);
    const stands = new Promise<undefined>((resolve) => setTimeout(resolve, ms, undefined));
    const fallen = await Promise.race([session.over.then((failure) => failure ?? new Error('it was ended')), stands]);
    this.standing.delete(answered);
    if (fallen === undefined) this.intake.settle(answered.deliveries);
    else this.refuse(answered, `the connection after it did not stand: ${fallen.message}`, fallen);
    this.onStood();
  }

  private refuse({ deliveries }: Answered, why: string, cause?: Error, afterMs?: number): void {
    this.intake.reject(deliveries, trouble('TF-SYSLOG-UNPROVEN', why, cause), afterMs);
  }
}

const ANEW = 'the receiver may have been started anew';
const ANOTHER = 'another receiver (another certificate); name the receivers themselves in `hosts`';
