import type { ObjectOrigin } from '../../../formats/event.ts';
import type { LogRecord } from '../../../formats/framing/record.ts';
import type { Layout } from '../../../formats/layout.ts';
import { ownTime } from '../../own-time.ts';
import { latin1 } from '../framing/conformance.ts';

export const origin: ObjectOrigin = {
  bucket: 'b',
  key: 'k',
  version: 'v',
  account: '111122223333',
  region: 'eu-west-1',
};

/** Every record of a text by its names, as JSON shows it; or the code of its refusal. */
export function records(layout: Layout, text: string, whole = false): unknown[] {
  const open = layout.open(origin, { skip: 0, maxRecordBytes: 2 ** 20, ...(whole ? { whole } : {}) });
  const all: unknown[] = [];
  const keep = (record: LogRecord): void => {
    try {
      open.enter(record);
      const { labels = open.columns, cells } = open;
      all.push(Object.fromEntries(labels.map((name, index) => [name, cells[index]])));
    } catch (error) {
      all.push((error as { code: string }).code);
    }
  };
  open.framing.push(latin1(text), keep);
  open.framing.end(keep);
  return all;
}

/** What a path reads in each record. */
export function values(layout: Layout, text: string, path: string): unknown[] {
  const open = layout.open(origin, { skip: 0, maxRecordBytes: 2 ** 20 });
  const all: unknown[] = [];
  const keep = (record: LogRecord): void => {
    open.enter(record);
    all.push(layout.resolve(path, open.columns)(record));
  };
  open.framing.push(latin1(text), keep);
  open.framing.end(keep);
  return all;
}

/** Milliseconds that this took. */
export function duration(run: () => void): number {
  const start = ownTime();
  run();
  return ownTime() - start;
}
