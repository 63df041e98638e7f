/**
 * What an answer of a HEC endpoint means for the events of the request. All of it is here, in three tables: HEC codes,
 * then HTTP statuses of answers without one, then families of statuses.
 * https://help.splunk.com/en/splunk-enterprise/get-data-in/collect-http-event-data/troubleshoot-http-event-collector
 */

/** What a client learns from an answer; `answer.ts` reads it. */
export interface Coded {
  readonly status: number;
  /** `code` of a HEC answer; undefined when the answer is not one (a proxy's page, say). */
  readonly code: number | undefined;
}

/**
 * `ok`: all events taken. `retry`: none taken, or nobody knows. `blocked`: none taken until a person acts.
 * `event`: an event is bad, those before it are taken and those from it on are not. `split`: the body is too large.
 */
export type AnswerClass = 'ok' | 'retry' | 'blocked' | 'event' | 'split';

export interface Meaning {
  readonly class: AnswerClass;
  /** What a person has to do: for `blocked`, and else when it is not the events that are refused. */
  readonly remedy?: string;
  /** The events are taken, but the receiver comes near a limit. */
  readonly slow?: true;
  /** What `invalid-event-number` says when the first event is the bad one; 0 unless given. */
  readonly first?: 1;
  /** What is refused comes from the configuration and not from the event: no event is rejected for it. */
  readonly configured?: true;
  /** How often the same request is sent again before an event in it is the suspect, and not the server or a proxy. */
  readonly patience?: number;
  /** The channel is used up: go on with another one. */
  readonly channelFull?: true;
}

const ok: Meaning = { class: 'ok' };
const retry: Meaning = { class: 'retry' };
const event: Meaning = { class: 'event' };
const blocked = (remedy: string): Meaning => ({ class: 'blocked', remedy });

const token = blocked('enter a valid, enabled HEC token where `token` points to; it is read anew at the next try');
const enableToken = blocked('enable the token: Settings > Data inputs > HTTP Event Collector');
/** For a token without indexer acknowledgement although `ack` is configured. */
export const ACK_REMEDY = 'turn on "Enable indexer acknowledgement" for the token, or set `ack: false`';
const base = blocked('let `url` name a HEC endpoint without a path, such as https://splunk.example:8088');

/** By HEC code. */
export const HEC_CODES: Readonly<Record<number, Meaning>> = {
  0: ok, // Success
  1: enableToken, // Token disabled
  2: token, // Token is required
  3: token, // Invalid authorization
  4: token, // Invalid token
  5: { class: 'event', remedy: 'the receiver skips every event we send: report this as a bug of trailferry' }, // No data
  6: event, // Invalid data format
  7: {
    class: 'event',
    first: 1, // measured on 10.4.3: the number is one too high for this code
    configured: true,
    remedy:
      'create the index that `index` (here or in `log_types`) names, and add it to the allowed indexes of the token',
  }, // Incorrect index
  8: { class: 'event', patience: 3 }, // Internal server error
  9: retry, // Server is busy
  10: blocked('the token asks for indexer acknowledgement: set `ack: true`'), // Data channel is missing
  11: blocked('the receiver refuses our channel id: report this as a bug of trailferry'), // Invalid data channel
  12: event, // Event field is required
  13: event, // Event field cannot be blank
  14: blocked(ACK_REMEDY), // ACK is disabled
  15: event, // Error in handling indexed fields
  16: blocked('remove the token from the query of `url`'), // Query string authorization is not enabled
  17: retry, // HEC is healthy: says nothing of events
  18: retry, // HEC is unhealthy, queues are full
  19: retry, // HEC is unhealthy, ack service unavailable
  20: retry, // HEC is unhealthy, queues are full, ack service unavailable
  21: token, // Invalid token (health)
  22: enableToken, // Token disabled (health)
  23: retry, // Server is shutting down
  24: { class: 'ok', slow: true }, // Queue is approaching its capacity limit
  25: { class: 'ok', slow: true }, // ACK channel is approaching its capacity limit
  26: retry, // Queue is at its capacity limit
  27: { class: 'retry', channelFull: true }, // ACK channel is at its capacity limit
};

/** By HTTP status, for answers without a HEC code we know. */
export const HTTP_STATUSES: Readonly<Record<number, Meaning>> = {
  400: {
    class: 'event',
    patience: 2,
    remedy: 'see what answers at `url`: it refuses every event, and gives no reason HEC knows',
  },
  401: token,
  403: token,
  404: base,
  405: base,
  407: blocked('let the agent reach `url` without a proxy that asks for a password'),
  408: retry,
  413: {
    class: 'split',
    patience: 2,
    remedy: 'raise the request limit of what answers at `url`: it refuses even small events',
  },
  415: blocked('set `gzip_level: 0`: the receiver does not take compressed requests'),
  425: retry,
  429: retry,
};

/** By the first digit of the HTTP status. A 2xx that is no HEC answer is not a delivery. */
export const FAMILIES: Readonly<Record<number, Meaning>> = {
  2: retry,
  3: blocked('let `url` name the HEC endpoint itself: redirects are not followed'),
  4: blocked('see what answers at `url`: it refuses our requests'),
  5: retry,
};

export function meaningOf({ status, code }: Coded): Meaning {
  const byCode = code === undefined ? undefined : HEC_CODES[code];
  if (byCode !== undefined && (byCode.class !== 'ok' || status === 200)) return byCode;
  return HTTP_STATUSES[status] ?? FAMILIES[Math.floor(status / 100)] ?? retry;
}
