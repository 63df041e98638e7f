import { DocumentFraming } from '../framing/documents.ts';
import { WholeText } from '../framing/whole.ts';
import type { Layout } from './layout.ts';
import { type NamedValues, named } from './named.ts';
import { readXml } from './xml.ts';

/** Where an event's element begins; before it there may be a declaration. */
const EVENT = /^(?:[ \t\r\n]|<\?[^>]*>)*<Event[ \t\r\n/>]/;

/**
 * Windows events in XML, one after another, by line or glued. Paths go below `Event`: `System.EventID`,
 * `System.TimeCreated.@SystemTime`, `EventData.TargetUserName`. Text that is no XML, as agents write where they are told
 * to render events, is all in `message`.
 */
export function windowsEvents(): Layout {
  return named({
    describe: 'Windows events in XML',
    framing: (options) =>
      options.whole === true ? new WholeText(options, false) : new DocumentFraming('Event', options),
    reader: (into) => (text) => readEvent(text, into),
  });
}

function readEvent(text: string, into: NamedValues): void {
  if (EVENT.test(text)) readXml(text, (path, value) => into.add(path, value));
  else into.add('message', text);
}
