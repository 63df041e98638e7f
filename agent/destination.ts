import { hostname } from 'node:os';
import type { DestinationSettings } from '../config/config.ts';
import { readSecret } from '../config/credentials.ts';
import { DEFAULT_PRIORITIES } from '../config/priority-settings.ts';
import type { Format } from '../formats/wire/formatter.ts';
import { formats } from '../formats/wire/index.ts';
import { withOversize } from '../formats/wire/oversize.ts';
import { transportTypes } from '../transports/index.ts';
import type { Envelope, Transport, TransportObserver } from '../transports/transport.ts';
import { Dress } from './convert.ts';
import type { RateLimit } from './delivery/governor.ts';
import { PRIORITIES, type Priority } from './delivery/inlet.ts';
import { Outbox, type OutboxObserver, type RejectFrame } from './delivery/outbox.ts';
import type { Target } from './lane-sink.ts';
import { rulesOf } from './rules/rules.ts';

/** Blocks wait this long for more frames before they leave half full. */
const LINGER_MS = 100;

/** A running destination. */
export interface Destination extends Target {
  readonly settings: DestinationSettings;
  readonly transport: Transport;
}

/** How a destination ranks a log type; an envelope, which may hold any of them, is normal. */
export function priorityOf({ priority }: DestinationSettings, logType: string): Priority {
  const among = (names: Partial<DestinationSettings['priority']>): Priority | undefined =>
    PRIORITIES.find((rank) => names[rank]?.includes(logType));
  return among(priority) ?? among(DEFAULT_PRIORITIES) ?? 'normal';
}

function limitOf({
  max_events_per_second: eventsPerSecond,
  max_bytes_per_second: bytesPerSecond,
}: DestinationSettings): RateLimit | undefined {
  return eventsPerSecond === undefined && bytesPerSecond === undefined
    ? undefined
    : { eventsPerSecond, bytesPerSecond };
}

/** Makes the transport that a destination's settings describe. */
export function createTransport(settings: DestinationSettings, observer: TransportObserver): Transport {
  const type = transportTypes.find((known) => known.type === settings.type);
  if (type === undefined) throw new Error(`there is no transport "${settings.type}"`);
  const context = { name: settings.name, hostname: hostname(), secret: readSecret, observer };
  return type.create(settings.settings as never, context);
}

/**
 * Format and envelope of a destination. HEC wraps the record itself, whatever it is: Splunk's Add-on reads the fields out
 * of the record at search time, so `json` there means the JSON around it.
 */
export function dressOf(settings: DestinationSettings, envelope: Envelope): Dress {
  const verbatim = settings.type === 'hec' && settings.format === 'json';
  const format = withOversize(verbatim ? formats.raw : formats[settings.format], settings.oversize);
  return new Dress(settings.oversize === 'send' ? countingLong(format) : format, envelope, rulesOf(settings));
}

/** Counts texts that are sent whole although there is no room for them as shortened: the receiver may cut them. */
function countingLong(format: Format): Format {
  return {
    name: format.name,
    compile: (type, tally) => {
      const formatter = format.compile(type, tally);
      return {
        ...formatter,
        write: (event, room) => {
          const text = formatter.write(event, room);
          if (text.length > room) tally.truncated += 1;
          return text;
        },
      };
    },
  };
}

export function createDestination(
  settings: DestinationSettings,
  windowBytes: number,
  reject: RejectFrame,
  observer: OutboxObserver & TransportObserver,
): Destination {
  const transport = createTransport(settings, observer);
  const limit = limitOf(settings);
  const outbox = new Outbox({ transport, windowBytes, lingerMs: LINGER_MS, limit, reject, observer });
  const dress = dressOf(settings, transport.envelope);
  return {
    ...{ name: settings.name, settings, transport, outbox, dress },
    priorityOf: (contents) => priorityOf(settings, contents),
  };
}
