/**
 * The HEC stub as a process of its own: `node test/fakes/hec-stub-main.ts --port 0 --token SECRET --ack`. Prints one
 * JSON line `{"port":N,"url":"..."}` when it listens. Scripted and read out over HTTP, see `hec-stub.ts`.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createHecStub } from './hec-stub.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    token: { type: 'string', multiple: true, default: [] },
    ack: { type: 'boolean', default: false },
    index: { type: 'string', multiple: true },
    'indexing-ms': { type: 'string', default: '0' },
    'max-content-bytes': { type: 'string' },
    'ids-file': { type: 'string' },
    nodes: { type: 'string', default: '1' },
    sticky: { type: 'boolean', default: false },
    cert: { type: 'string' },
    key: { type: 'string' },
    'client-ca': { type: 'string' },
  },
});

const { cert, key, 'client-ca': clientCa, 'ids-file': idsFile, 'max-content-bytes': maxContentBytes } = values;
const clientAuth =
  clientCa === undefined ? {} : { ca: readFileSync(clientCa), requestCert: true, rejectUnauthorized: true };
const stub = await createHecStub({
  port: Number(values.port),
  tokens: values.token.map((token) => ({
    token,
    ack: values.ack,
    ...(values.index === undefined ? {} : { indexes: values.index }),
  })),
  indexingMs: Number(values['indexing-ms']),
  nodes: Number(values.nodes),
  sticky: values.sticky,
  ...(maxContentBytes === undefined ? {} : { maxContentBytes: Number(maxContentBytes) }),
  ...(idsFile === undefined ? {} : { idsFile }),
  ...(cert === undefined || key === undefined
    ? {}
    : { tls: { cert: readFileSync(cert), key: readFileSync(key), ...clientAuth } }),
});
process.stdout.write(`${JSON.stringify({ port: stub.port, url: stub.url })}\n`);
