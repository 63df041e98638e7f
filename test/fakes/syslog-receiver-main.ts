/**
 * A syslog receiver as a process of its own, to be killed:
 * `node test/fakes/syslog-receiver-main.ts --port P --out FILE [--ids] [--tls --cert F --key F [--ca F --require-client]
 * [--max-version V]] [--bytes-per-second N] [--stop-reading-after N] [--at-end answer|close|ignore]`
 *
 * Prints one line of JSON with its port. At SIGTERM it ends its connections in good order and exits, although it has not
 * read everything, as many a daemon does. Exits 3 at once when something arrives that is no frame.
 */
import { parseArgs } from 'node:util';
import { type ReceiverOptions, startReceiver } from './syslog-receiver.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    out: { type: 'string' },
    ids: { type: 'boolean', default: false },
    tls: { type: 'boolean', default: false },
    cert: { type: 'string', default: '' },
    key: { type: 'string', default: '' },
    ca: { type: 'string' },
    'require-client': { type: 'boolean', default: false },
    'max-version': { type: 'string' },
    'bytes-per-second': { type: 'string' },
    'stop-reading-after': { type: 'string' },
    'at-end': { type: 'string', default: 'answer' },
  },
});

const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
const defined = <T extends object>(object: T) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;

const tls = values.tls
  ? {
      tls: {
        cert: values.cert,
        key: values.key,
        ...defined({ clientCa: values['require-client'] ? values.ca : undefined, maxVersion: values['max-version'] }),
      },
    }
  : {};

const receiver = await startReceiver({
  port: Number(values.port),
  idsOnly: values.ids,
  atEnd: values['at-end'],
  ...tls,
  ...defined({
    out: values.out,
    bytesPerSecond: number(values['bytes-per-second']),
    stopReadingAfter: number(values['stop-reading-after']),
  }),
} as ReceiverOptions);

process.stdout.write(`${JSON.stringify({ port: receiver.port })}\n`);
process.on('SIGTERM', () => {
  receiver.terminate();
  setTimeout(() => process.exit(0), 20);
});
setInterval(() => {
  // A sender that gives a connection up breaks it where it stands; what was lost or cut the test finds out.
  const faults = receiver.faults.filter((fault) => fault !== 'the stream ended within a frame');
  if (faults.length === 0) return;
  process.stderr.write(`${faults.join('\n')}\n`);
  process.exit(3);
}, 20);
