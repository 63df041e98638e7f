import { DeliveryError } from '../transport.ts';

export interface FaultText {
  readonly message: string;
  /** What a person has to do. Where there is one, nothing gets through before that: the destination is blocked. */
  readonly remedy?: string;
  /** Where to look when it does not pass by itself. */
  readonly hint?: string;
}

/** Everything that can go wrong between us and a syslog receiver. A row with a remedy is `blocked`, any other is `retry`. */
export const FAULTS = {
  'TF-SYSLOG-DNS': {
    message: 'the host name cannot be resolved',
    hint: 'check `host` and the DNS servers of this machine',
  },
  'TF-SYSLOG-REFUSED': {
    message: 'connection refused',
    hint: 'is the listener running on this port, and is the way open?',
  },
  'TF-SYSLOG-UNREACHABLE': { message: 'no route to the destination', hint: 'check routes and firewalls' },
  'TF-SYSLOG-CONNECT-TIMEOUT': {
    message: 'no answer within `connect_timeout`',
    hint: 'check firewalls on the way',
  },
  'TF-SYSLOG-RESET': {
    message: 'the destination broke the connection',
    hint: 'if this happens at each connection it may refuse our client certificate: look into its log',
  },
  'TF-SYSLOG-NETWORK': { message: 'the connection failed' },
  'TF-SYSLOG-CLOSED-EARLY': {
    message: 'the destination closed the connection before we had ended it',
    hint: 'if this happens at each connection it may refuse our client certificate: look into its log',
  },
  'TF-SYSLOG-NOT-CONFIRMED': {
    message:
      'the connection ended without the close_notify that says everything was read; the destination died or restarted',
  },
  'TF-SYSLOG-UNPROVEN': {
    message:
      'the connection after a confirmed one failed, so the destination was stopping and may have confirmed what it did not read',
  },
  'TF-SYSLOG-STALLED': {
    message: 'the destination took no byte, or did not answer the end of the session, within `stall_timeout`',
  },
  'TF-SYSLOG-GIVEN-UP': { message: 'the connection was given up because the agent cancelled a send or is stopping' },
  'TF-SYSLOG-NO-CLOSE-NOTIFY': {
    message: 'the destination does not answer the end of a TLS session with close_notify, so nothing can be confirmed',
    remedy:
      'use a receiver that answers (rsyslog with StreamDriver ossl instead of gtls), or a destination with acknowledgements (RELP, HEC), or accept losses at each of its restarts with confirm: none',
  },
  'TF-SYSLOG-TALKS-BACK': {
    message: 'the destination sent data back, which no syslog receiver does; is this an HTTP port?',
    remedy: 'let host and port name a syslog listener',
  },
  'TF-SYSLOG-NOT-TLS': {
    message: 'the port does not speak TLS',
    remedy: 'let port name the TLS listener, or set protocol: tcp if the destination has none',
  },
  'TF-SYSLOG-TLS-VERSION': {
    message: 'the destination and we have no TLS version in common',
    remedy: 'let the destination accept TLS 1.2 or 1.3; check tls.min_version',
  },
  'TF-SYSLOG-HANDSHAKE': {
    message: 'the destination refused the TLS handshake: no cipher in common, or it asks for a client certificate',
    remedy: 'give a client certificate (tls.cert_file, tls.key_file), or let the destination accept a modern cipher',
  },
  'TF-SYSLOG-CERT-EXPIRED': {
    message: "the destination's certificate is out of its validity",
    remedy: "renew the destination's certificate, and check the clocks of both machines",
  },
  'TF-SYSLOG-CERT-UNKNOWN-CA': {
    message: "the destination's certificate comes from an authority that we do not trust",
    remedy:
      "let tls.ca_file name the certificate of the authority that signed the destination's certificate, and let the destination send its whole chain",
  },
  'TF-SYSLOG-CERT-NAME': {
    message: "the destination's certificate is for another name",
    remedy: 'let host (or tls.server_name) be a name that the certificate holds, or renew it with this name',
  },
  'TF-SYSLOG-CERT-INVALID': {
    message: "the destination's certificate is not valid",
    remedy: "replace the destination's certificate; the cause says what is wrong with it",
  },
  'TF-SYSLOG-CLIENT-CERT': {
    message: 'the destination refused our client certificate',
    remedy:
      'let tls.cert_file and tls.key_file name a valid certificate from an authority, and with a name, that the destination accepts; look into its log',
  },
  'TF-SYSLOG-TLS-FILES': {
    message: 'the files of the tls section do not fit together',
    remedy:
      'check that tls.ca_file, tls.cert_file and tls.key_file are PEM, and that key and certificate belong together',
  },
} as const satisfies Readonly<Record<string, FaultText>>;

export type FaultCode = keyof typeof FAULTS;

/** Which fault an error of Node.js or OpenSSL means, by its `code`. The first row that matches counts. */
const CAUSES: readonly (readonly [pattern: RegExp, code: FaultCode])[] = [
  [/^(ENOTFOUND|EAI_\w+|ENODATA|ESERVFAIL)$/, 'TF-SYSLOG-DNS'],
  [/^ECONNREFUSED$/, 'TF-SYSLOG-REFUSED'],
  [/^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL)$/, 'TF-SYSLOG-UNREACHABLE'],
  [/^ETIMEDOUT$/, 'TF-SYSLOG-CONNECT-TIMEOUT'],
  [/^(ECONNRESET|EPIPE|ECONNABORTED)$/, 'TF-SYSLOG-RESET'],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, 'TF-SYSLOG-CERT-EXPIRED'],
  [
    /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT\w*|\w*SELF_SIGNED_CERT\w*|CERT_UNTRUSTED)$/,
    'TF-SYSLOG-CERT-UNKNOWN-CA',
  ],
  [/^(ERR_TLS_CERT_ALTNAME_\w+|HOSTNAME_MISMATCH)$/, 'TF-SYSLOG-CERT-NAME'],
  [
    /^(CERT_\w+|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY)$/,
    'TF-SYSLOG-CERT-INVALID',
  ],
  [
    /ALERT_(CERTIFICATE_\w+|BAD_CERTIFICATE\w*|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|NO_CERTIFICATE)$/,
    'TF-SYSLOG-CLIENT-CERT',
  ],
  [/ALERT_PROTOCOL_VERSION$|_UNSUPPORTED_PROTOCOL$|_NO_PROTOCOLS_AVAILABLE$/, 'TF-SYSLOG-TLS-VERSION'],
  [/ALERT_HANDSHAKE_FAILURE$/, 'TF-SYSLOG-HANDSHAKE'],
  [
    /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL|BAD_RECORD_TYPE)$/,
    'TF-SYSLOG-NOT-TLS',
  ],
  [/^ERR_OSSL_/, 'TF-SYSLOG-TLS-FILES'],
];

/** An error of our own that `faultOf` understands. @param detail what is special about this case, for the message */
export function trouble(code: FaultCode, detail = '', cause?: unknown): Error & { readonly code: FaultCode } {
  return Object.assign(new Error(detail, cause === undefined ? undefined : { cause }), { code });
}

/**
 * What an error means for the frames on their way: the contract's error for one of `trouble`, Node.js or OpenSSL. A
 * `DeliveryError` is passed on as it is.
 * @param where the destination, e.g. `qradar (siem.corp.example:6514)`
 * @param afterMs when a retry makes sense, milliseconds from now
 */
export function faultOf(error: unknown, where: string, afterMs?: number): DeliveryError {
  if (error instanceof DeliveryError) return error;
  // OpenSSL's reason is a sentence, its message a stack of numbers.
  const { code, message, reason = message } = error as NodeJS.ErrnoException & { readonly reason?: string };
  const known = faultCode(code ?? '');
  const text: FaultText = FAULTS[known];
  const hint = text.hint === undefined ? '' : `; ${text.hint}`;
  const whole = `${where}: ${text.message}${hint}${reason === '' ? '' : `: ${reason}`}`;
  if (text.remedy !== undefined)
    return new DeliveryError(known, whole, { kind: 'blocked', remedy: text.remedy }, error);
  return new DeliveryError(known, whole, { kind: 'retry', ...(afterMs === undefined ? {} : { afterMs }) }, error);
}

/** What a probe shows of an error: what was seen, and what to do about it. */
export function explain(error: unknown): { readonly detail: string; readonly remedy?: string } {
  if (error instanceof DeliveryError) return shown(error.message, remedyOf(error));
  const { code, message, reason = message } = error as NodeJS.ErrnoException & { readonly reason?: string };
  const known = faultCode(code ?? '');
  const text: FaultText = FAULTS[known];
  return shown(`${text.message}${reason === '' ? '' : `: ${reason}`} [${known}]`, text.remedy ?? text.hint);
}

function remedyOf({ fault }: DeliveryError): string | undefined {
  return fault.kind === 'blocked' ? fault.remedy : undefined;
}

function shown(detail: string, remedy: string | undefined) {
  return remedy === undefined ? { detail } : { detail, remedy };
}

/** The fault that an error means, by its code alone. */
export function codeOf(error: Error): FaultCode {
  return faultCode((error as NodeJS.ErrnoException).code ?? '');
}

function faultCode(code: string): FaultCode {
  if (Object.hasOwn(FAULTS, code)) return code as FaultCode;
  return CAUSES.find(([pattern]) => pattern.test(code))?.[1] ?? 'TF-SYSLOG-NETWORK';
}
