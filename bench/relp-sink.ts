import type { TLSSocket } from 'node:tls';

/** Most bytes of a frame's header: `TXNR SP COMMAND SP DATALEN SP`. */
const MOST_HEADER = 40;
const OPEN_ANSWER = '200 OK\nrelp_version=0\nrelp_software=bench\ncommands=syslog';

/** Answers every frame of a RELP session and keeps nothing. @param counted called for each event */
export function answerRelp(socket: TLSSocket, counted: () => void): void {
  let rest: Buffer = Buffer.alloc(0);
  /** Bytes of the frame at hand, its line end included, that are still to come. */
  let left = 0;
  let answers = '';
  const header = (chunk: Buffer, at: number): number => {
    const [, txnr, command, length] =
      /^(\d+) (\w+) (\d+)[ \n]/.exec(chunk.toString('latin1', at, at + MOST_HEADER)) ?? [];
    if (txnr === undefined || command === undefined || length === undefined) return 0;
    const size = Number(length);
    const text = command === 'open' ? OPEN_ANSWER : '200 OK';
    answers += `${txnr} rsp ${text.length} ${text}\n`;
    if (command === 'syslog') counted();
    left = size === 0 ? 0 : size + 1;
    return txnr.length + command.length + length.length + 3;
  };
  socket.on('data', (data: Buffer) => {
    const chunk = rest.length === 0 ? data : Buffer.concat([rest, data]);
    rest = Buffer.alloc(0);
    let at = 0;
    while (at < chunk.length) {
      const step = Math.min(left, chunk.length - at);
      at += step;
      left -= step;
      if (left > 0 || at === chunk.length) break;
      const read = header(chunk, at);
      if (read === 0) {
        rest = chunk.subarray(at);
        break;
      }
      at += read;
    }
    if (answers !== '') socket.write(answers);
    answers = '';
  });
  socket.on('error', () => socket.destroy());
}
