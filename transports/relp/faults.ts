import { connectionFaults, type FaultText } from '../connection-faults.ts';
import { faultTable } from '../fault-table.ts';

/**
 * Everything that can go wrong between us and a RELP server. A row with a remedy is `blocked`, any other is `retry`. Not
 * here: TF-RELP-REJECTED, which is about single events.
 */
export const FAULTS = {
  ...connectionFaults('TF-RELP'),
  'TF-RELP-CLOSED-EARLY': {
    message: 'the destination closed the session before it had answered everything',
    hint: 'if this happens at each connection it may refuse our client certificate, or events longer than its maxDataSize: look into its log',
  },
  'TF-RELP-SERVER-CLOSE': {
    message: 'the destination said that it closes the session',
    hint: 'if this happens at each connection, look into its log',
  },
  'TF-RELP-STALLED': {
    message: 'the destination answered for no event within `stall_timeout`',
    hint: 'it hangs, or what it writes to takes nothing: look at its queues',
  },
  'TF-RELP-NO-OPEN': {
    message: 'connected, but the destination did not answer `open` within `connect_timeout`',
    hint: 'does this port speak RELP, and with TLS just as `protocol` says?',
  },
  'TF-RELP-GARBAGE': { message: 'the destination sent what is no RELP frame' },
  'TF-RELP-WRONG-ANSWER': { message: 'the destination answered for what it had not been sent, or answered twice' },
  'TF-RELP-NOT-RELP': {
    message: 'what answers on this port does not speak RELP',
    remedy: 'let host and port name a RELP listener (imrelp), and let protocol say whether it speaks TLS',
  },
  'TF-RELP-OPEN-REFUSED': {
    message: 'the destination refused to open a session',
    remedy: 'look into its log; it may want another version or other commands of RELP',
  },
  'TF-RELP-NO-SYSLOG': {
    message: 'the destination takes no syslog messages over RELP',
    remedy: 'let host and port name a RELP listener that accepts the command syslog',
  },
} as const satisfies Readonly<Record<string, FaultText>>;

export const { trouble, faultOf, explain, codeOf } = faultTable('TF-RELP', FAULTS);
