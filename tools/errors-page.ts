import { FAULTS as AWS_FAULTS, type Fault, OTHER_FAULT, type Service } from '../agent/aws/faults.ts';
import { unreadCompressions } from '../formats/framing/decompress.ts';
import type { FaultText } from '../transports/connection-faults.ts';
import { REMEDIES as FILE_REMEDIES } from '../transports/file.ts';
import { FAMILIES, HEC_CODES, HTTP_STATUSES, type Meaning } from '../transports/hec/codes.ts';
import { FAULTS as RELP_FAULTS } from '../transports/relp/faults.ts';
import { FAULTS as SYSLOG_FAULTS } from '../transports/syslog/faults.ts';
import {
  ANY_DESTINATION,
  AWS_MEANINGS,
  AWS_NOTES,
  CONFIGURATION,
  type Entries,
  type ErrorEntry,
  FILE,
  HEC,
  HEC_TEXTS,
  MESSAGES,
  OBJECTS,
  type Outcome,
  RECORDS,
  RELP,
  SYSLOG,
} from './error-codes.ts';

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  retried: 'It is tried again until it works. Nothing is lost, and nothing is deleted from the queue meanwhile.',
  blocked:
    'The destination takes nothing until a person acts. It is tried every 30 seconds, and heals by itself after that.',
  rejected: 'The destination refused this event for good. It is in quarantine; all others go on.',
  quarantined: 'It is in quarantine, by its bytes or as a pointer to its object; all others go on.',
  returned: 'The message goes back to its queue and comes again. What was settled of it is not sent twice.',
  refused: 'The program or the command does not do what was asked of it.',
};

interface Section {
  readonly title: string;
  readonly intro?: string;
  readonly entries: Entries;
}

/** All sections of the page. A code may stand in several: what becomes of it differs. */
export const errorSections: readonly Section[] = [
  { title: 'Configuration and secrets', entries: CONFIGURATION },
  { title: 'AWS: objects', intro: 'Reading an object failed.', entries: fromAws('S3') },
  { title: 'AWS: queues', intro: 'Receiving, extending, deleting or giving back failed.', entries: fromAws('SQS') },
  { title: 'Messages', entries: MESSAGES },
  { title: 'Objects', intro: 'All before the fault was read and delivered.', entries: { ...OBJECTS, ...unread() } },
  { title: 'Records', entries: RECORDS },
  { title: 'Any destination', entries: ANY_DESTINATION },
  { title: 'Destinations: syslog', entries: { ...fromFaults(SYSLOG_FAULTS), ...SYSLOG } },
  { title: 'Destinations: relp', entries: { ...fromFaults(RELP_FAULTS), ...RELP } },
  {
    title: 'Destinations: hec',
    intro:
      '`TF-HEC-` and two digits is the code of a HEC answer, with three digits the HTTP status of an answer that has none.',
    entries: { ...HEC, ...fromHec() },
  },
  { title: 'Destinations: file', entries: { ...FILE, ...fromFile() } },
];

/** The page of all codes: what each means, what to do, and what becomes of the records. */
export function errorsPage(): string {
  const outcomes = Object.entries(OUTCOMES).map(([name, text]) => `| ${name} | ${text} |\n`);
  return [
    '# Errors\n\nEach error of trailferry has a stable code, which stands in square brackets behind its message, in metrics and in quarantine.\n\n',
    `| outcome | what becomes of it |\n|---|---|\n${outcomes.join('')}`,
    ...errorSections.map(sectionText),
  ].join('');
}

function sectionText({ title, intro, entries }: Section): string {
  const rows = Object.entries(entries).map(([code, { means, remedy, outcome, note }]) => {
    const then = note === undefined ? outcome : `${outcome}: ${note}`;
    return `| \`${code}\` | ${cell(means)} | ${cell(remedy)} | ${cell(then)} |\n`;
  });
  const before = intro === undefined ? '' : `${intro}\n\n`;
  return `\n## ${title}\n\n${before}| code | what it means | what to do | outcome |\n|---|---|---|---|\n${rows.join('')}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** A sentence, as the page writes them; the program's own messages begin small and end without a full stop. */
function sentence(text: string): string {
  const whole = text.replace(/^[a-z](?=[a-z' ])/, (letter) => letter.toUpperCase());
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

function fromFaults(faults: Readonly<Record<string, FaultText>>): Entries {
  return mapped(faults, ({ message, remedy, hint }) => ({
    means: sentence(message),
    remedy: sentence(remedy ?? hint ?? 'nothing, unless it lasts'),
    outcome: remedy === undefined ? 'retried' : 'blocked',
  }));
}

function mapped<T>(rows: Readonly<Record<string, T>>, entry: (row: T, code: string) => ErrorEntry): Entries {
  return Object.fromEntries(Object.entries(rows).map(([code, row]) => [code, entry(row, code)]));
}

function fromAws(service: Service): Entries {
  const faults = [...AWS_FAULTS[service], OTHER_FAULT[service]];
  const rows = faults.map((fault): [string, ErrorEntry] => [
    fault.code,
    { means: AWS_MEANINGS[fault.code] ?? '', remedy: fault.remedy, ...(AWS_NOTES[fault.code] ?? fate(service, fault)) },
  ]);
  return Object.fromEntries(rows);
}

/** A queue is asked again by whoever asked it; an object waits in its message. */
function fate(service: Service, { transient, retryAfterSeconds }: Fault): Pick<ErrorEntry, 'outcome' | 'note'> {
  if (service === 'SQS') return { outcome: 'retried' };
  const after = `after ${span(retryAfterSeconds)}`;
  return transient ? { outcome: 'retried', note: `then returned, and read again ${after}` } : returned(after);
}

function returned(note: string): Pick<ErrorEntry, 'outcome' | 'note'> {
  return { outcome: 'returned', note };
}

function span(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

function unread(): Entries {
  const rows = unreadCompressions.map((name): [string, ErrorEntry] => [
    `TF-COMPRESSION-${name.toUpperCase()}`,
    {
      means: name === 'zip' ? 'The object is a part of a split zip archive.' : `The object is ${name} data.`,
      remedy: 'Let it be written with gzip or zstd, or not compressed.',
      outcome: 'quarantined',
    },
  ]);
  return Object.fromEntries(rows);
}

function fromHec(): Entries {
  const entry = (meaning: Meaning, means: string): ErrorEntry => ({
    means,
    remedy: sentence(
      meaning.remedy ?? (isAboutEvent(meaning) ? 'see what the record holds' : 'nothing, unless it lasts'),
    ),
    ...hecFate(meaning),
  });
  const codes = Object.entries(HEC_CODES).filter(([, { class: kind }]) => kind !== 'ok');
  return {
    ...Object.fromEntries(
      codes.map(([code, meaning]) => [
        `TF-HEC-${code.padStart(2, '0')}`,
        entry(meaning, `Splunk says "${HEC_TEXTS[Number(code)] ?? ''}".`),
      ]),
    ),
    ...mapped(prefixed(HTTP_STATUSES, ''), (meaning, code) => entry(meaning, `HTTP status ${code.slice(7)}.`)),
    ...mapped(prefixed(FAMILIES, 'xx'), (meaning, code) => entry(meaning, `Any other HTTP status ${code.slice(7)}.`)),
  };
}

function prefixed(rows: Readonly<Record<number, Meaning>>, end: string): Readonly<Record<string, Meaning>> {
  return Object.fromEntries(Object.entries(rows).map(([status, meaning]) => [`TF-HEC-${status}${end}`, meaning]));
}

/** The server itself may be at fault where it gets several tries. */
function isAboutEvent({ class: kind, patience }: Meaning): boolean {
  return kind === 'event' && patience === undefined;
}

function hecFate(meaning: Meaning): Pick<ErrorEntry, 'outcome' | 'note'> {
  const { class: kind, remedy } = meaning;
  if (kind === 'split') return { outcome: 'retried', note: 'in halves; an event that is refused alone is rejected' };
  if (kind === 'blocked') return { outcome: 'blocked' };
  if (kind !== 'event') return { outcome: 'retried' };
  if (remedy !== undefined) return { outcome: 'blocked', note: 'when no event is taken; a single one is rejected' };
  return isAboutEvent(meaning)
    ? { outcome: 'rejected', note: 'told by `TF-HEC-REJECTED`' }
    : { outcome: 'retried', note: 'when no event is taken; a single one is rejected' };
}

function fromFile(): Entries {
  return {
    ...mapped(
      Object.fromEntries(Object.entries(FILE_REMEDIES).map(([code, remedy]) => [`TF-FILE-${code}`, remedy])),
      (remedy, code) => ({ means: `The system says ${code.slice(8)}.`, remedy: sentence(remedy), outcome: 'blocked' }),
    ),
    'TF-FILE-E*': {
      means: 'The system says so: see errno(3).',
      remedy: 'Make room, where that is missing; else nothing, unless it lasts.',
      outcome: 'retried',
    },
  };
}
