import {
  type Assurance,
  type Confirmation,
  DeliveryError,
  type Envelope,
  type FrameBlock,
  type ProbeReport,
  type Transport,
  type TransportContext,
  type TransportObserver,
} from '../transport.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { Host } from './host.ts';
import { observerOf } from './observers.ts';
import type { Balance, Place } from './settings.ts';

const WEAKEST_FIRST: readonly Assurance[] = ['sent', 'written', 'confirmed', 'accepted', 'indexed'];

const WEAKEST_LEVEL_FIRST: readonly Confirmation['level'][] = ['unknown', 'none', 'window', 'close-notify'];

/** A transport to one place. @param observer what it says of itself, which is about this host */
export type Connect<P> = (place: P, observer: TransportObserver) => Transport;

/** A transport to all these places; with one place it is that one's own. */
export function overHosts<P extends Pick<Place, 'name'>>(
  places: readonly P[],
  balance: Balance,
  { name, observer }: Pick<TransportContext, 'name' | 'observer'>,
  connect: Connect<P>,
): Transport {
  const [first, ...others] = places;
  if (first === undefined) throw new TypeError(`${name} has no host`);
  if (others.length === 0) return connect(first, observer);
  const observers = observerOf(observer);
  const hosts = places.map(
    (place) =>
      new Host(place.name, connect(place, observers(place.name)), (state, reason) =>
        observer.host(place.name, state, reason),
      ),
  );
  return new SeveralHosts(name, hosts, balance);
}

/**
 * Several hosts of one destination as one transport. Each has a transport of its own, with its own connections, backoff
 * and confirmation, so that one that hangs holds up nothing but its own blocks. A block that a host did not take comes
 * back with the fault `elsewhere` while another host is well: it can be sent again at once.
 */
export class SeveralHosts implements Transport {
  readonly envelope: Envelope;
  readonly window: number;
  private readonly name: string;
  private readonly hosts: readonly Host[];
  private readonly balance: Balance;
  private turns = 0;
  private closed = false;

  constructor(name: string, hosts: readonly Host[], balance: Balance) {
    const [first] = hosts;
    if (first === undefined) throw new TypeError(`${name} has no host`);
    this.name = name;
    this.hosts = hosts;
    this.balance = balance;
    this.envelope = first.transport.envelope;
    this.window = first.transport.window * (balance === 'spread' ? hosts.length : 1);
  }

  /** What the weakest of the hosts is worth. */
  get assurance(): Assurance {
    const all = this.hosts.map(({ transport }) => transport.assurance);
    return WEAKEST_FIRST.find((one) => all.includes(one)) ?? 'sent';
  }

  /** That of the host with the weakest level. */
  get confirmation(): Confirmation | undefined {
    const all = this.hosts.flatMap(({ name, transport: { confirmation } }) =>
      confirmation === undefined ? [] : [{ name, ...confirmation }],
    );
    const weakest = WEAKEST_LEVEL_FIRST.flatMap((level) => all.filter((one) => one.level === level)).at(0);
    if (weakest === undefined) return undefined;
    const { name, level, why } = weakest;
    return { level, why: why === '' ? '' : `${name}: ${why}` };
  }

  async send(block: FrameBlock, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const host = this.chosen() ?? (await this.firstToLetUsIn(signal));
    if (host === undefined) throw this.noHost();
    this.turns += 1;
    host.turn = this.turns;
    try {
      await host.send(block, signal);
    } catch (error) {
      throw this.verdict(host, error, signal);
    }
  }

  /** Goes to every host, all at the same time. A spare that is not well is a failure, too: it would be missed one day. */
  async probe(signal: AbortSignal): Promise<ProbeReport> {
    const reports = await Promise.all(this.hosts.map(({ transport }) => transport.probe(signal)));
    const steps = reports.flatMap((report, index) => {
      const detail = `${this.hosts[index]?.name}, ${index + 1} of ${this.hosts.length}, ${this.balance}`;
      return [{ step: 'host', ok: true, ms: 0, detail }, ...report.steps];
    });
    return { ok: reports.every(({ ok }) => ok), assurance: this.assurance, steps };
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.hosts.map((host) => host.close()));
  }

  /** The host for the next block; undefined when none is well. */
  private chosen(): Host | undefined {
    const well = this.hosts.filter(({ trouble }) => trouble === undefined);
    if (this.balance === 'failover') return well[0];
    return well.sort((a, b) => a.pendingBytes - b.pendingBytes || a.turn - b.turn)[0];
  }

  /** None is well: all are looked at, and the first that lets us in is used at once, whatever the others do. */
  private async firstToLetUsIn(signal: AbortSignal): Promise<Host | undefined> {
    if (this.closed) return undefined;
    const looks = this.hosts.map(async (host) => {
      if (!(await host.look())) throw host.trouble;
      return host;
    });
    // Where none lets us in, each host has kept why: that is told with the block.
    const host = await unlessAborted(
      Promise.any(looks).catch(() => undefined),
      signal,
    );
    host?.recovered();
    return host ?? this.chosen();
  }

  /** What the failure of a host means for the block. */
  private verdict(host: Host, error: unknown, signal: AbortSignal): unknown {
    if (!(error instanceof DeliveryError) || error.fault.kind === 'rejected') return error;
    if (signal.aborted || this.closed) return error;
    host.failed(error);
    if (this.chosen() === undefined) return this.noHost();
    return new DeliveryError(
      error.code,
      `${this.name}: another host takes it`,
      { kind: 'retry', elsewhere: true },
      error,
    );
  }

  private noHost(): DeliveryError {
    const troubles = this.hosts.flatMap(({ trouble }) => trouble ?? []);
    const message = `${this.name}: no host takes events: ${troubles.map((trouble) => trouble.message).join('; ')}`;
    const remedies = troubles.flatMap(({ fault }) => (fault.kind === 'blocked' ? [fault.remedy] : []));
    if (remedies.length === this.hosts.length)
      return new DeliveryError('TF-HOSTS-BLOCKED', message, {
        kind: 'blocked',
        remedy: [...new Set(remedies)].join('; '),
      });
    return new DeliveryError('TF-HOSTS-DOWN', message, { kind: 'retry' });
  }
}
