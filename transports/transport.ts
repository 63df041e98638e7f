/**
 * The contract of a transport: how ready frames leave the host. A transport knows frames, never events: what a frame
 * says was decided above it. One file or folder a transport; `index.ts` is the registry.
 */

/** Ready frames for one destination, one after another in one buffer. Nothing writes to it while it is being sent. */
export interface FrameBlock {
  /** The bytes of all frames: frame `i` is `data.subarray(ends[i - 1] ?? 0, ends[i])`. */
  readonly data: Buffer;
  /** Number of frames, at least 1. */
  readonly count: number;
  /** Byte offset at which frame `i` ends. Only the first `count` items mean something. */
  readonly ends: Uint32Array;
}

/**
 * What a resolved `send` is worth, strongest first. `indexed`: the SIEM says it has stored it (HEC acknowledgement).
 * `accepted`: an application answered for it (HEC 200, RELP rsp). `confirmed`: the receiving process read it all (TLS
 * syslog, close-notify barrier). `written`: the kernel took it (TCP). `sent`: it was put on the wire (UDP).
 */
export type Assurance = 'indexed' | 'accepted' | 'confirmed' | 'written' | 'sent';

/**
 * How it is made sure that what was sent has arrived, where a protocol without answers leaves the choice; strongest first.
 * `close-notify`: the receiving process says at the end of a TLS session that it read all of it. `window`: the receiver's
 * kernel acknowledged it, and what it acknowledged lately is sent again when the connection breaks. `none`: our own
 * kernel took it.
 */
export type ConfirmLevel = 'close-notify' | 'window' | 'none';

/** The level in force. */
export interface Confirmation {
  /** `unknown` while it depends on what the receiver can do, and that has not been seen yet. */
  readonly level: ConfirmLevel | 'unknown';
  /** Why it is no stronger one, or what speaks against it; empty when there is nothing to say. */
  readonly why: string;
}

/** Where the events of one lane come from: constant for one object on its way to one destination. */
export interface Origin {
  readonly logType: string;
  /** `s3://bucket/key`. */
  readonly source: string;
  /** Splunk's name for the log type, e.g. `aws:cloudtrail`. */
  readonly sourcetype: string;
  readonly account: string | undefined;
  readonly region: string | undefined;
}

/**
 * What a text is: a JSON value (spliced into an envelope as it is); any other line (quoted where needed); or, `labelled`,
 * a line that begins with the name of its format and holds event id, account and region (LEEF, CEF).
 */
export type TextKind = 'json' | 'text' | 'labelled';

/** An envelope with all that is constant for a lane laid out beforehand. Pure; called once a record, so it must be cheap. */
export interface BoundEnvelope {
  /** Most bytes a text may have so that the frame keeps within the destination's message limit. */
  readonly room: number;
  /**
   * The frame around one event's text: for syslog header and octet count, for HEC the event object. Texts in and out are
   * byte strings: one UTF-16 unit per byte of UTF-8 (a latin1 view), so `length` is the octet count.
   * @param timeMs event time, epoch milliseconds; NaN when the record holds none
   * @param severity 0 (least) to 10
   * @param eventId 32 hex digits
   * @param fields members of a JSON object, each with a comma before it, to stand beside the text; for an envelope that
   * takes them
   */
  frame(text: string, timeMs: number, severity: number, eventId: string, fields?: string): string;
}

/** How a destination wants an event's text wrapped. */
export interface Envelope {
  /** Whether it has a place for fields beside the text. They count like the text: less room is left for that. */
  readonly takesFields?: boolean;
  bind(origin: Origin, kind: TextKind): BoundEnvelope;
}

/** One step of a probe, in order of the connection: what was tried, how long it took, and what was seen. */
export interface ProbeStep {
  readonly step: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly detail: string;
  /** What to do: about a failure, or, where `ok`, about what works but wants attention. */
  readonly remedy?: string;
}

export interface ProbeReport {
  readonly ok: boolean;
  readonly assurance: Assurance;
  readonly steps: readonly ProbeStep[];
}

/**
 * One destination's way out. `send` may be called again before earlier calls have settled; a transport keeps the order
 * in which blocks were handed over, and a caller hands over no more than `window` bytes at a time.
 */
export interface Transport {
  /** What a resolved `send` is worth at this moment; a probe may lower or raise it. */
  readonly assurance: Assurance;
  /** Only where there is a choice of levels. A probe may lower or raise it. */
  readonly confirmation?: Confirmation | undefined;
  readonly envelope: Envelope;
  /** Bytes of unanswered blocks that keep this transport busy; more would only cost memory. */
  readonly window: number;
  /**
   * Resolves when the destination answered, at `assurance`, for every frame of the block.
   * @throws {DeliveryError} and then says what became of the frames. Nothing else is ever thrown, but for an aborted signal.
   */
  send(block: FrameBlock, signal: AbortSignal): Promise<void>;
  /** Goes through the connection step by step and sends no event. */
  probe(signal: AbortSignal): Promise<ProbeReport>;
  /** Ends connections in order. Unanswered sends are rejected with a retry fault. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * What became of a block that was not delivered.
 * `retry`: unknown or not delivered; send all of it again, after `afterMs` if given. `elsewhere`: the host that did not
 * take it is one of several and another one takes it now, so the destination as such has not failed.
 * `rejected`: these frames (by index) will never be taken; all others of the block were answered for.
 * `blocked`: the destination takes nothing until a person acts (bad token, bad certificate, unknown index).
 */
export type Fault =
  | { readonly kind: 'retry'; readonly afterMs?: number; readonly elsewhere?: true }
  | { readonly kind: 'rejected'; readonly frames: readonly number[] }
  | { readonly kind: 'blocked'; readonly remedy: string };

/** The only error a transport throws. `code` is stable and listed in `docs/reference/errors.md`. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly code: string;
  readonly fault: Fault;

  constructor(code: string, message: string, fault: Fault, cause?: unknown) {
    super(`${message} [${code}]`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.fault = fault;
  }
}

/** Where a secret is to be read from. A secret itself never stands in a setting. */
export type SecretRef = { readonly credential: string } | { readonly file: string } | { readonly env: string };

/** Whether one of several hosts gets events. `blocked`: not before a person acts. */
export type HostState = 'up' | 'down' | 'blocked';

/** What a transport says of itself while it runs; the agent turns it into metrics and the health page. */
export interface TransportObserver {
  /** Open connections now. */
  connections(count: number): void;
  /** End of validity of a certificate in use. @param host where there are several */
  certificate(role: 'server' | 'client', notAfter: Date, host?: string): void;
  /** One of several hosts gets events, or no longer does. @param host `host:port` @param reason with the remedy, when it does not */
  host(host: string, state: HostState, reason?: string): void;
  /** Something an operator should know, once: what happened and what to do. */
  notice(message: string): void;
}

/** Hears nothing: for who has no use for it. */
export const SILENT: TransportObserver = { connections() {}, certificate() {}, host() {}, notice() {} };

/** What the agent lends to a transport. */
export interface TransportContext {
  /** The destination's name in the configuration. */
  readonly name: string;
  /** This host's name, the default HOSTNAME of a syslog header and `host` of a HEC event. */
  readonly hostname: string;
  /** Reads a secret anew (files may be rotated). @throws when it is missing or unreadable */
  secret(ref: SecretRef): string;
  readonly observer: TransportObserver;
}

/**
 * One setting as convict takes it (https://github.com/mozilla/node-convict), plus what documentation needs. `format`
 * names: String, Boolean, port, duration (milliseconds, "10s"), bytes ("64KiB"), secret, file, hostname, endpoint (`host`
 * or `host:port`), url, nat, or a
 * list of allowed words. `default: null` with `required: true` means the admin must give it.
 */
export interface Setting {
  readonly doc: string;
  readonly format: string | readonly string[];
  readonly default: unknown;
  readonly required?: boolean;
  /** Set in the example configuration although it may be left out: another setting can stand for it. */
  readonly usual?: boolean;
  /** A list of items of `format`; with `or-one`, a list of at least one, or an item that stands for itself. */
  readonly list?: boolean | 'or-one';
  readonly example?: unknown;
}

/** Settings by name; a nested object is a section. */
export interface SettingsSchema {
  readonly [name: string]: Setting | SettingsSchema | SettingsList;
}

/** Any number of sections of one shape; none unless they are written. */
export interface SettingsList {
  readonly group: 'list';
  readonly doc: string;
  readonly required: false;
  readonly of: SettingsSchema;
}

/** A transport as the registry knows it: its `type` in the configuration, its settings, and its maker. */
export interface TransportType<S = never> {
  readonly type: string;
  readonly title: string;
  readonly schema: SettingsSchema;
  /** Faults that no single setting shows, as `[path, message]`; empty when the settings fit together. */
  check(settings: S): readonly (readonly [path: string, message: string])[];
  /** What works, but loses or shows events, as `[path, message]`. */
  warn?(settings: S): readonly (readonly [path: string, message: string])[];
  create(settings: S, context: TransportContext): Transport;
}
