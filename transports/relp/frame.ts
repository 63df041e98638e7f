/**
 * RELP frames that go out: `TXNR SP COMMAND SP DATALEN [SP DATA] LF`. Data is octets of any kind.
 * https://github.com/rsyslog/librelp/blob/master/doc/relp.md
 */

const [LF, SP, ZERO] = [0x0a, 0x20, 0x30];
const SYSLOG = Buffer.from(' syslog ', 'latin1');

/** A frame of a command that is sent once a session. @param data a byte string */
export function commandFrame(txnr: number, command: 'open' | 'close', data = ''): Buffer {
  return Buffer.from(`${txnr} ${command} ${data.length}${data === '' ? '' : ` ${data}`}\n`, 'latin1');
}

/** Length of the frame around a message of this length. */
export function syslogFrameLength(txnr: number, length: number): number {
  return digits(txnr) + SYSLOG.length + digits(length) + (length > 0 ? 1 : 0) + length + 1;
}

/**
 * Writes the frame around the message `data[from..to)` to `out` at `at`; there must be room. Runs once a record.
 * @returns where the frame ends
 */
export function writeSyslogFrame(
  out: Buffer,
  at: number,
  txnr: number,
  data: Buffer,
  from: number,
  to: number,
): number {
  let end = writeNumber(out, at, txnr);
  for (let index = 0; index < SYSLOG.length; index += 1) out[end++] = SYSLOG[index] as number;
  end = writeNumber(out, end, to - from);
  if (to > from) {
    out[end++] = SP;
    end += data.copy(out, end, from, to);
  }
  out[end++] = LF;
  return end;
}

function writeNumber(out: Buffer, at: number, value: number): number {
  const end = at + digits(value);
  let rest = value;
  for (let index = end - 1; index >= at; index -= 1) {
    out[index] = ZERO + (rest % 10);
    rest = Math.trunc(rest / 10);
  }
  return end;
}

/** Number of decimal digits. */
function digits(value: number): number {
  let count = 1;
  for (let bound = 10; value >= bound; bound *= 10) count += 1;
  return count;
}
