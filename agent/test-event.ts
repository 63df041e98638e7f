import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { DestinationSettings } from '../config/config.ts';
import { eventIds } from '../formats/event-id.ts';
import type { Envelope } from '../transports/transport.ts';
import { Converter } from './convert.ts';
import { dressOf } from './destination.ts';
import { contentsOf } from './object-type.ts';
import { OneFrame } from './one-frame.ts';

/** By this a test event is told from any record of AWS. */
export const MARKER = 'trailferry-send-test';

/** One event that says of itself that it is a test, as a destination wants it. */
export interface TestEvent {
  /** Fresh each time; it stands in the event's text, too, so that it is found in any format. */
  readonly id: string;
  readonly frame: Buffer;
}

/**
 * Goes the way of any record, but past the filters: whether events get through is the question.
 * @throws {FormatError} when the event does not fit into the destination's messages
 * @throws {SecretError} when the key of hashes cannot be read
 */
export function testEvent(settings: DestinationSettings, envelope: Envelope, now: Date): TestEvent {
  const object = { bucket: MARKER, key: `${MARKER}/${randomUUID()}.json`, version: '1' };
  const id = eventIds(object)(0);
  const record = {
    time: now.toISOString(),
    message: 'trailferry send-test: this is a test event, and no log record of AWS',
    test: MARKER,
    event_id: id,
    agent: hostname(),
    destination: settings.name,
  };
  const bytes = Buffer.from(JSON.stringify(record));
  const sink = new OneFrame();
  const dress = dressOf({ ...settings, filters: [] }, envelope);
  const converter = new Converter(contentsOf(object, bytes, [{ key: '*', type: 'generic' }]), [{ dress, sink }]);
  converter.push(bytes);
  converter.end();
  return { id, frame: sink.bytes() };
}

/** Where to look for a test event, and with which words. */
export interface Search {
  readonly where: string;
  readonly text: string;
}

/** The search that must find a test event that was delivered. */
export function searchFor({ type, format, settings }: DestinationSettings, { id, frame }: TestEvent): Search {
  if (type === 'hec')
    return { where: 'in Splunk', text: settings['endpoint'] === 'raw' ? splOfRaw(frame, id) : spl(frame, id) };
  if (type === 'file') return { where: 'on this host', text: `grep -F ${id} ${shellQuoted(String(settings['path']))}` };
  if (type === 'syslog' && format === 'leef') return { where: 'in QRadar, Advanced Search', text: aql(id) };
  return { where: 'on the receiver, for instance', text: `grep -rF ${id} /var/log` };
}

/** The envelope says where Splunk puts it. `::` asks for the indexed field itself. */
function spl(frame: Buffer, id: string): string {
  const { index = '*', sourcetype } = JSON.parse(frame.toString()) as { index?: string; sourcetype: string };
  return `index=${index} sourcetype=${JSON.stringify(sourcetype)} event_id::${id} earliest=-1h latest=+1h`;
}

/** To the endpoint of lines goes the query of a request first, and no indexed field. */
function splOfRaw(frame: Buffer, id: string): string {
  const query = new URLSearchParams(frame.toString().split('\n', 1)[0]);
  const { index = '*', sourcetype } = Object.fromEntries(query);
  return `index=${index} sourcetype=${JSON.stringify(sourcetype)} ${id} earliest=-1h latest=+1h`;
}

/** https://www.ibm.com/docs/en/qradar-on-cloud?topic=language-aql-data-calculation-formatting-functions */
function aql(id: string): string {
  const columns = "DATEFORMAT(starttime, 'yyyy-MM-dd HH:mm:ss'), LOGSOURCENAME(logsourceid), UTF8(payload)";
  return `SELECT ${columns} FROM events WHERE UTF8(payload) ILIKE '%${id}%' LAST 1 HOURS`;
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
