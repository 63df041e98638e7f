/** A row of a transport's table of faults. */
export interface FaultText {
  readonly message: string;
  /** What a person has to do. Where there is one, nothing gets through before that: the destination is blocked. */
  readonly remedy?: string;
  /** Where to look when it does not pass by itself. */
  readonly hint?: string;
}

/** Everything that can go wrong with a connection to any receiver, whatever is spoken over it. */
const CONNECTION_FAULTS = {
  DNS: {
    message: 'the host name cannot be resolved',
    hint: 'check `host` and the DNS servers of this machine',
  },
  REFUSED: {
    message: 'connection refused',
    hint: 'is the listener running on this port, and is the way open?',
  },
  UNREACHABLE: { message: 'no route to the destination', hint: 'check routes and firewalls' },
  'CONNECT-TIMEOUT': {
    message: 'no answer within `connect_timeout`',
    hint: 'check firewalls on the way',
  },
  RESET: {
    message: 'the destination broke the connection',
    hint: 'if this happens at each connection it may refuse our client certificate: look into its log',
  },
  NETWORK: { message: 'the connection failed' },
  'CLOSED-EARLY': {
    message: 'the destination closed the connection before we had ended it',
    hint: 'if this happens at each connection it may refuse our client certificate: look into its log',
  },
  'GIVEN-UP': { message: 'the connection was given up because the agent cancelled a send or is stopping' },
  'NOT-TLS': {
    message: 'the port does not speak TLS',
    remedy: 'let port name the TLS listener; only if this is the right listener, and it has no TLS, set protocol: tcp',
  },
  'TLS-VERSION': {
    message: 'the destination and we have no TLS version in common',
    remedy: 'let the destination accept TLS 1.2 or 1.3; check tls.min_version',
  },
  HANDSHAKE: {
    message: 'the destination refused the TLS handshake: no cipher in common, or it asks for a client certificate',
    remedy: 'give a client certificate (tls.cert_file, tls.key_file), or let the destination accept a modern cipher',
  },
  'CERT-EXPIRED': {
    message: "the destination's certificate is out of its validity",
    remedy: "renew the destination's certificate, and check the clocks of both machines",
  },
  'CERT-UNKNOWN-CA': {
    message: "the destination's certificate comes from an authority that we do not trust",
    remedy:
      "let tls.ca_file name the certificate of the authority that signed the destination's certificate, and let the destination send its whole chain",
  },
  'CERT-NAME': {
    message: "the destination's certificate is for another name",
    remedy: 'let host (or tls.server_name) be a name that the certificate holds, or renew it with this name',
  },
  'CERT-INVALID': {
    message: "the destination's certificate is not valid",
    remedy: "replace the destination's certificate; the cause says what is wrong with it",
  },
  'CLIENT-CERT': {
    message: 'the destination refused our client certificate',
    remedy:
      'let tls.cert_file and tls.key_file name a valid certificate from an authority, and with a name, that the destination accepts; look into its log',
  },
  'TLS-FILES': {
    message: 'the files of the tls section do not fit together',
    remedy:
      'check that tls.ca_file, tls.cert_file and tls.key_file are PEM, and that key and certificate belong together',
  },
} as const satisfies Readonly<Record<string, FaultText>>;

export type ConnectionFault = keyof typeof CONNECTION_FAULTS;

/** The rows of these faults for one transport, under codes of its own. */
export function connectionFaults<Prefix extends string>(
  prefix: Prefix,
): Readonly<Record<`${Prefix}-${ConnectionFault}`, FaultText>> {
  const rows = Object.entries(CONNECTION_FAULTS).map(([name, text]) => [`${prefix}-${name}`, text]);
  return Object.fromEntries(rows);
}

/** Which fault an error of Node.js or OpenSSL means, by its `code`. The first row that matches counts. */
const CAUSES: readonly (readonly [pattern: RegExp, fault: ConnectionFault])[] = [
  [/^(ENOTFOUND|EAI_\w+|ENODATA|ESERVFAIL)$/, 'DNS'],
  [/^ECONNREFUSED$/, 'REFUSED'],
  [/^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL)$/, 'UNREACHABLE'],
  [/^ETIMEDOUT$/, 'CONNECT-TIMEOUT'],
  [/^(ECONNRESET|EPIPE|ECONNABORTED)$/, 'RESET'],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, 'CERT-EXPIRED'],
  [
    /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT\w*|\w*SELF_SIGNED_CERT\w*|CERT_UNTRUSTED)$/,
    'CERT-UNKNOWN-CA',
  ],
  [/^(ERR_TLS_CERT_ALTNAME_\w+|HOSTNAME_MISMATCH)$/, 'CERT-NAME'],
  [/^(CERT_\w+|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY)$/, 'CERT-INVALID'],
  [
    /ALERT_(CERTIFICATE_\w+|BAD_CERTIFICATE\w*|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|NO_CERTIFICATE)$/,
    'CLIENT-CERT',
  ],
  [/ALERT_PROTOCOL_VERSION$|_UNSUPPORTED_PROTOCOL$|_NO_PROTOCOLS_AVAILABLE$/, 'TLS-VERSION'],
  [/ALERT_HANDSHAKE_FAILURE$/, 'HANDSHAKE'],
  [/^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL|BAD_RECORD_TYPE)$/, 'NOT-TLS'],
  [/^ERR_OSSL_/, 'TLS-FILES'],
];

/** The fault that an error of Node.js or OpenSSL means, by its `code`. */
export function connectionFault(code: string): ConnectionFault {
  return CAUSES.find(([pattern]) => pattern.test(code))?.[1] ?? 'NETWORK';
}
