import { connectionFaults, type FaultText } from '../connection-faults.ts';
import { faultTable } from '../fault-table.ts';

/** Everything that can go wrong between us and a syslog receiver. A row with a remedy is `blocked`, any other is `retry`. */
export const FAULTS = {
  ...connectionFaults('TF-SYSLOG'),
  'TF-SYSLOG-NOT-CONFIRMED': {
    message:
      'the connection ended without the close_notify that says everything was read; the destination died or restarted',
  },
  'TF-SYSLOG-UNPROVEN': {
    message:
      'the destination confirmed a connection, but did not let the next one in at once: it was stopping, and may not have read what it confirmed',
  },
  'TF-SYSLOG-STALLED': {
    message: 'the destination took no byte, or did not answer the end of the session, within `stall_timeout`',
  },
  'TF-SYSLOG-NO-CLOSE-NOTIFY': {
    message: 'the destination does not answer the end of a TLS session with close_notify, so nothing can be confirmed',
    remedy:
      'use a receiver that answers (rsyslog with StreamDriver ossl instead of gtls), or a destination with acknowledgements (RELP, HEC), or set confirm: window, which loses what the destination had not read at a crash',
  },
  'TF-SYSLOG-LEVEL-DOUBT': {
    message: 'the destination does not answer close-notify as it did; it is asked again which confirm level it can do',
  },
  'TF-SYSLOG-UNSEEN': {
    message: 'the kernel no longer shows what the destination has acknowledged (/proc/self/net/tcp)',
  },
  'TF-SYSLOG-TALKS-BACK': {
    message: 'the destination sent data back, which no syslog receiver does; is this an HTTP port?',
    remedy: 'let host and port name a syslog listener',
  },
} as const satisfies Readonly<Record<string, FaultText>>;

export const { trouble, faultOf, explain, codeOf } = faultTable('TF-SYSLOG', FAULTS);
