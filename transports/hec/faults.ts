import { DeliveryError, type Fault } from '../transport.ts';
import type { Answer } from './answer.ts';
import { ACK_REMEDY, type Meaning } from './codes.ts';
import { type ExchangeError, Stalled } from './exchange.ts';

/** `TF-HEC-` and the HEC code in two digits, or the HTTP status in three. */
export function answerCode({ code, status }: Answer): string {
  return `TF-HEC-${code === undefined ? String(status).padStart(3, '0') : String(code).padStart(2, '0')}`;
}

/** The answer in words, e.g. `403 code 4 "Invalid token"`. */
export function describe({ status, code, text }: Answer): string {
  return [status, code === undefined ? '(no HEC answer)' : `code ${code}`, text === '' ? '' : `"${text}"`]
    .filter((part) => part !== '')
    .join(' ');
}

/** The fault of an answer that took no event. With a remedy a person has to act; without one, time heals. */
export function answerFault(place: string, answer: Answer, { remedy }: Meaning): DeliveryError {
  const message = `${place} answered ${describe(answer)}`;
  if (remedy === undefined) return new DeliveryError(answerCode(answer), message, retryFault(answer.retryAfterMs));
  return new DeliveryError(answerCode(answer), `${message}: ${remedy}`, { kind: 'blocked', remedy });
}

/** The fault of a request without an answer. */
export function exchangeFault(place: string, error: ExchangeError): DeliveryError {
  const remedy = networkRemedy(error.cause);
  const message = `${place} gave no answer: ${error.message.replace(/\s+/g, ' ').trim()}`;
  const code = error.cause instanceof Stalled ? 'TF-HEC-STALLED' : 'TF-HEC-CONNECTION';
  if (remedy === undefined) return new DeliveryError(code, message, retryFault(), error.cause);
  return new DeliveryError('TF-HEC-TLS', `${message}: ${remedy}`, { kind: 'blocked', remedy }, error.cause);
}

/** Everything on a channel whose acknowledgements cannot be trusted, or do not come, is sent again. */
export function channelFault(place: string, why: string): DeliveryError {
  return new DeliveryError(
    'TF-HEC-CHANNEL',
    `${place}: ${why}; what waits is sent again on a new channel`,
    retryFault(),
  );
}

/** 200 without an acknowledgement id although `ack` is set: taken, but nobody would ever say "indexed". */
export function noAckIdFault(place: string): DeliveryError {
  const message = `${place} takes events but acknowledges none: ${ACK_REMEDY}`;
  return new DeliveryError('TF-HEC-NO-ACK', message, { kind: 'blocked', remedy: ACK_REMEDY });
}

/** Acknowledgements did not come within `ack_timeout`, or soon after a connection that ended. */
export function ackTimeoutFault(place: string): DeliveryError {
  const message = `${place}: events were taken but not acknowledged in time; they are sent again`;
  return new DeliveryError('TF-HEC-ACK-TIMEOUT', message, retryFault());
}

/** The caller's signal fired. */
export function abortedFault(place: string): DeliveryError {
  return new DeliveryError('TF-HEC-ABORTED', `${place}: sending was aborted`, retryFault());
}

export function closedFault(place: string): DeliveryError {
  return new DeliveryError('TF-HEC-CLOSED', `${place}: the transport was closed`, retryFault());
}

export function tokenFault(place: string, cause: unknown): DeliveryError {
  const remedy = 'let `token` point to a secret that the agent may read, one line without control characters';
  return new DeliveryError('TF-HEC-TOKEN', `${place}: no usable token: ${remedy}`, { kind: 'blocked', remedy }, cause);
}

/** Frames that Splunk will never take, with its reason for the first few. */
export function rejectedFault(place: string, refused: ReadonlyMap<number, { readonly answer: Answer }>): DeliveryError {
  const inOrder = [...refused].sort(([a], [b]) => a - b);
  const reasons = inOrder.slice(0, 3).map(([frame, { answer }]) => `frame ${frame}: ${describe(answer)}`);
  const more = inOrder.length > reasons.length ? ` and ${inOrder.length - reasons.length} more` : '';
  const message = `${place} refused ${inOrder.length} of a block: ${reasons.join('; ')}${more}`;
  return new DeliveryError('TF-HEC-REJECTED', message, { kind: 'rejected', frames: inOrder.map(([frame]) => frame) });
}

function retryFault(afterMs?: number): Fault {
  return afterMs === undefined ? { kind: 'retry' } : { kind: 'retry', afterMs };
}

/** What only a person can mend, by the error code of Node.js or OpenSSL; any other network error is retried. */
const NETWORK_REMEDIES: readonly (readonly [code: RegExp, remedy: string])[] = [
  [/^CERT_HAS_EXPIRED$/, 'renew the certificate of the receiver'],
  [/^CERT_NOT_YET_VALID$/, 'check the clocks of this host and of the receiver'],
  [
    /^ERR_TLS_CERT_ALTNAME_|^HOSTNAME_MISMATCH$/,
    'use a name in `url` that the certificate holds, or `tls.server_name`',
  ],
  [
    /^UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE)|SELF_SIGNED_CERT|^CERT_UNTRUSTED$/,
    'let `tls.ca_file` name the authority that signed the certificate of the receiver',
  ],
  [/^CERT_|^INVALID_(CA|PURPOSE)$|^PATH_LENGTH_EXCEEDED$/, 'replace the certificate of the receiver'],
  [
    /ALERT_(\w*CERTIFICATE\w*|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)$/,
    'let `tls.cert_file` and `tls.key_file` name a client certificate that the receiver trusts',
  ],
  [/ALERT_PROTOCOL_VERSION$|_UNSUPPORTED_PROTOCOL$/, 'let the receiver speak `tls.min_version` or newer'],
  [
    /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|BAD_RECORD_TYPE)$/,
    'write http:// or https:// in `url` as the receiver speaks it',
  ],
  [/^ERR_OSSL_/, 'check that the files of `tls` are PEM, and that key and certificate belong together'],
];

/** What a person has to do about an error of Node.js or OpenSSL; undefined when time may heal it. */
export function networkRemedy(error: unknown): string | undefined {
  const code = error instanceof Error ? networkCode(error) : '';
  return NETWORK_REMEDIES.find(([pattern]) => pattern.test(code))?.[1];
}

/** A handshake that fails under a waiting write has the code EPROTO, and OpenSSL's reason only in its message. */
function networkCode(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  const reason = code === 'EPROTO' ? /:SSL routines:[^:]*:([^:]+):/.exec(error.message)?.[1] : undefined;
  return reason === undefined ? code : `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`;
}
