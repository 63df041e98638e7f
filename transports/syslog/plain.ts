import type { Socket } from 'node:net';
import { type Delivery, deliver } from '../delivery.ts';
import { addressesOf, firstThatAnswers, type Target } from '../dial.ts';
import { Gate, type Refusal } from '../gate.ts';
import { watchProgress } from '../stall.ts';
import type { Assurance, Envelope, FrameBlock, ProbeReport, Transport, TransportObserver } from '../transport.ts';
import { type Line, tcpLine, udpLine } from './client.ts';
import { faultOf, trouble } from './faults.ts';
import { type Framed, probeTcp, probeUdp } from './probe.ts';

export interface PlainSettings extends Target, Framed {
  readonly protocol: 'tcp' | 'udp';
  /** Milliseconds. */
  readonly stallTimeout: number;
  readonly observer: TransportObserver;
}

/** Syslog without TLS, over the npm package syslog-client: what the kernel took is all that can be known. */
export class PlainSyslog implements Transport {
  readonly assurance: Assurance;
  readonly envelope: Envelope;
  /** Nothing is waited for but the kernel, so little is ever unanswered. */
  readonly window = 1024 * 1024;
  private readonly settings: PlainSettings;
  private readonly gate = new Gate();
  private readonly pending = new Set<Delivery>();
  private line: Promise<Line> | undefined;
  private closed = false;

  constructor(settings: PlainSettings, envelope: Envelope) {
    this.settings = settings;
    this.envelope = envelope;
    this.assurance = settings.protocol === 'tcp' ? 'written' : 'sent';
  }

  send(block: FrameBlock, signal: AbortSignal): Promise<void> {
    return deliver(block, signal, {
      start: (delivery) => void this.accept(delivery, block),
      abandon: (delivery) => this.abandon(delivery),
    });
  }

  probe(signal: AbortSignal): Promise<ProbeReport> {
    return this.settings.protocol === 'tcp' ? probeTcp(this.settings, signal) : probeUdp(this.settings, signal);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const delivery of this.pending) this.settle(delivery, trouble('TF-SYSLOG-GIVEN-UP'));
    const line = this.line;
    this.line = undefined;
    await line?.then(hangUp, () => undefined);
  }

  private async accept(delivery: Delivery, block: FrameBlock): Promise<void> {
    const refusal: Refusal | undefined = this.closed ? { error: trouble('TF-SYSLOG-GIVEN-UP') } : this.gate.refusal();
    if (refusal !== undefined) return delivery.settle(faultOf(refusal.error, this.settings.where, refusal.afterMs));
    this.pending.add(delivery);
    try {
      const line = await this.connected();
      if (!this.pending.has(delivery)) return;
      await line.carry(block);
      this.gate.delivered();
      this.settle(delivery);
    } catch (error) {
      this.settle(delivery, error);
    }
  }

  private settle(delivery: Delivery, error?: unknown): void {
    this.pending.delete(delivery);
    delivery.settle(error === undefined ? undefined : faultOf(error, this.settings.where));
  }

  /** What the kernel has not taken may be overwritten now, so the line has to go. */
  private abandon(delivery: Delivery): void {
    this.pending.delete(delivery);
    void this.line?.then(hangUp, () => undefined);
  }

  private connected(): Promise<Line> {
    if (this.line !== undefined) return this.line;
    const dialing = this.dial(() => {
      if (this.line === dialing) this.line = undefined;
    });
    this.line = dialing;
    return dialing;
  }

  /** @param gone called when there is no line, or no longer */
  private async dial(gone: () => void): Promise<Line> {
    const { host, port, protocol, connectTimeout, where } = this.settings;
    const open = protocol === 'tcp' ? tcpLine : udpLine;
    try {
      const line = await firstThatAnswers(await addressesOf(host), (address) => open(address, port, connectTimeout));
      this.gate.entered();
      this.watch(line, gone);
      return line;
    } catch (error) {
      gone();
      throw faultOf(error, where, this.gate.refused(error as Error));
    }
  }

  private watch(line: Line, gone: () => void): void {
    const { protocol, stallTimeout, observer } = this.settings;
    const socket = line.socket as Socket;
    const stalled = () => socket.destroy(trouble('TF-SYSLOG-STALLED'));
    const stop =
      protocol === 'tcp' ? watchProgress(socket, socket, stallTimeout, () => undefined, stalled) : () => undefined;
    observer.connections(1);
    line.broken.catch(() => {
      stop();
      gone();
      observer.connections(0);
      line.close();
    });
  }
}

function hangUp(line: Line): void {
  line.close();
}
