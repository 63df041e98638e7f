/**
 * A RELP receiver as a process of its own, to be killed:
 * `node test/fakes/relp-receiver-main.ts --port P [--out FILE] [--tls --cert F --key F] [--bytes-per-second N] [--silent]`
 *
 * Prints one line of JSON with its port. At SIGTERM it exits at once, as if it had crashed with a clean end of its
 * connections. Exits 3 at once when a client breaks the protocol.
 */
import { parseArgs } from 'node:util';
import { startRelpReceiver } from './relp-receiver.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    out: { type: 'string' },
    tls: { type: 'boolean', default: false },
    cert: { type: 'string', default: '' },
    key: { type: 'string', default: '' },
    'bytes-per-second': { type: 'string' },
    silent: { type: 'boolean', default: false },
  },
});

const receiver = await startRelpReceiver({
  port: Number(values.port),
  silent: values.silent,
  ...(values.out === undefined ? {} : { out: values.out }),
  ...(values.tls ? { tls: { cert: values.cert, key: values.key } } : {}),
  ...(values['bytes-per-second'] === undefined ? {} : { bytesPerSecond: Number(values['bytes-per-second']) }),
});

process.stdout.write(`${JSON.stringify({ port: receiver.port })}\n`);
process.on('SIGTERM', () => process.exit(0));
setInterval(() => {
  if (receiver.faults.length === 0) return;
  process.stderr.write(`${receiver.faults.join('\n')}\n`);
  process.exit(3);
}, 20);
