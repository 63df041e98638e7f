import { createGunzip } from 'node:zlib';
import type { ObjectReader } from '../agent/aws/objects.ts';

/**
 * The least that any converter must do, done as fast as Node can: fetch, inflate, cut into records, read their fields.
 * It knows its own input (minified records that begin with `eventVersion`), which the agent must not.
 */
export type Bound = (objects: ObjectReader, keys: readonly string[]) => Promise<void>;

const SEPARATOR = Buffer.from('},{"eventVersion":');

async function inflated(objects: ObjectReader, key: string, each: (chunk: Buffer) => void): Promise<void> {
  const signal = AbortSignal.timeout(600_000);
  using object = await objects.open({ bucket: 'logs', key }, signal);
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  const done = new Promise<void>((resolve, reject) => gunzip.on('data', each).on('end', resolve).on('error', reject));
  for await (const chunk of object.stream(signal)) {
    if (!gunzip.write(chunk)) await new Promise((resolve) => gunzip.once('drain', resolve));
  }
  gunzip.end();
  await done;
}

/** GET and gunzip alone: the bound of passing records on as they are. */
const fetchBound: Bound = async (objects, keys) => {
  for (const key of keys) await inflated(objects, key, () => undefined);
};

/** GET, gunzip, JSON.parse record by record. */
const jsonBound: Bound = async (objects, keys) => {
  for (const key of keys) {
    let rest: Buffer = Buffer.alloc(0);
    let records = 0;
    await inflated(objects, key, (chunk) => {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let start = bytes.indexOf('{"eventVersion"');
      for (let at = bytes.indexOf(SEPARATOR, start); at >= 0 && start >= 0; at = bytes.indexOf(SEPARATOR, at + 1)) {
        JSON.parse(bytes.toString('latin1', start, at + 1));
        records += 1;
        start = at + 2;
      }
      rest = bytes.subarray(Math.max(0, start));
    });
    if (records === 0 && rest.length === 0) throw new Error('the bound read nothing');
  }
};

/** GET, gunzip, split into lines and fields. */
const linesBound: Bound = async (objects, keys) => {
  for (const key of keys) {
    let rest = '';
    let fields = 0;
    await inflated(objects, key, (chunk) => {
      for (let at = 0; at < chunk.length; at += 90_000) {
        const lines = (rest + chunk.toString('latin1', at, at + 90_000)).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) fields += line.split(' ').length;
      }
    });
    if (fields === 0) throw new Error('the bound read nothing');
  }
};

export const bounds = { fetch: fetchBound, json: jsonBound, lines: linesBound } as const;

export type BoundName = keyof typeof bounds;
