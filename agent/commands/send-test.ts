import type { DestinationSettings } from '../../config/config.ts';
import { type Assurance, DeliveryError, SILENT } from '../../transports/transport.ts';
import { type Command, EXIT } from '../command.ts';
import { createTransport } from '../destination.ts';
import { clean } from '../health/log.ts';
import { sendFrame } from '../one-frame.ts';
import { searchFor, type TestEvent, testEvent } from '../test-event.ts';
import { worthOf } from '../worth.ts';
import { configOrTell, destinationOptions, namedDestination } from './destinations.ts';

/** Sends an event that is marked as a test, to each destination or to one, and says how to find it there. */
export const sendTest: Command = {
  name: 'send-test',
  summary: 'Send one marked test event, wait for the answer, and print the search that must find it',
  usage: '[--config FILE] [--destination NAME]',
  options: destinationOptions,
  async run(args, io) {
    const config = configOrTell(args, io);
    if (config === undefined) return EXIT.config;
    const named = namedDestination(args, config);
    const results = await Promise.all((named === undefined ? config.destinations : [named]).map(sendTo));
    for (const { text } of results) io.out(text);
    return results.every(({ ok }) => ok) ? EXIT.fine : EXIT.no;
  },
};

interface Result {
  readonly ok: boolean;
  readonly text: string;
}

const WORTH: Readonly<Record<Assurance, string>> = {
  indexed: 'the SIEM says that it has stored it',
  accepted: 'the receiver took it, and does not say whether it has stored it',
  confirmed: 'the receiving process has read it all',
  written: 'the kernel took it; whether it arrived, nobody says',
  sent: 'it was put on the wire; whether it arrived, nobody says',
};

const WINDOW = 'the kernel of the receiver acknowledged it; whether its process read it, nobody says';

async function sendTo(settings: DestinationSettings): Promise<Result> {
  const title = `destination ${settings.name} (${settings.type}, ${settings.format})`;
  try {
    const transport = createTransport(settings, SILENT);
    try {
      const event = testEvent(settings, transport.envelope, new Date());
      const start = performance.now();
      await sendFrame(transport, event.frame);
      const ms = Math.round(performance.now() - start);
      const worth = `${worthOf(transport)}: ${transport.confirmation?.level === 'window' ? WINDOW : WORTH[transport.assurance]}`;
      return { ok: true, text: `${title}\n  event ${event.id}\n  ${worth} (${ms} ms)\n${search(settings, event)}` };
    } finally {
      await transport.close();
    }
  } catch (error) {
    return { ok: false, text: `${title}\n  NOT DELIVERED: ${why(error)}\n` };
  }
}

function search(settings: DestinationSettings, event: TestEvent): string {
  const { where, text } = searchFor(settings, event);
  return `  this must find it ${where}:\n    ${clean(text)}\n`;
}

function why(error: unknown): string {
  const { name, message } = error as Error;
  if (name === 'TimeoutError') return 'no answer came within a minute; "doctor" looks at the way there';
  if (!(error instanceof DeliveryError) || error.fault.kind !== 'blocked') return clean(message);
  const { remedy } = error.fault;
  return `${clean(message.replace(`: ${remedy}`, ''))}\n  -> ${clean(remedy)}`;
}
