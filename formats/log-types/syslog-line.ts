import { excerpt } from '../excerpts.ts';
import type { Computed } from '../expression.ts';
import { text } from '../functions.ts';

/** The line of RFC 3164 and RFC 5424, with and without its priority, as files and agents have it. */

const ISO = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)`;
const BSD = String.raw`[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d`;

/** How a line begins, up to its message: what is told by its content. @param program a pattern of the program's name */
export const syslogStart = (program: string): RegExp =>
  new RegExp(`^(?:<\\d{1,3}>)?(?:${BSD}|${ISO}) [^ \\t\\r\\n]+ ${program}`);

export const SYSLOG: readonly RegExp[] = [
  new RegExp(
    String.raw`^<(?<priority>\d{1,3})>1 (?<time>${ISO}|-) (?<host>[^ \t\r\n]+) (?<program>[^ \t\r\n]+) (?<pid>[^ \t\r\n]+) (?<message_id>[^ \t\r\n]+) ` +
      String.raw`(?<data>-|(?:\[(?:[^\]"]|"(?:[^"\\]|\\[\s\S])*")*\])+)(?: (?:\xef\xbb\xbf)?(?<message>[\s\S]*))?$`,
  ),
  new RegExp(
    String.raw`^(?:<(?<priority>\d{1,3})>)?(?<time>${BSD}|${ISO}) (?<host>[^ \t\r\n]+) (?<program>[^ \t\r\n:[\]]+)(?:\[(?<pid>\d+)\])?:(?: (?<message>[\s\S]*))?$`,
  ),
  new RegExp(String.raw`^(?:<(?<priority>\d{1,3})>)?(?<time>${BSD}|${ISO}) (?<host>[^ \t\r\n]+) (?<message>[\s\S]*)$`),
];

const FACILITIES =
  `kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp security console solaris-cron local0 local1 local2
  local3 local4 local5 local6 local7`.split(/\s+/);
const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];

/** One of each level, and none. */
export const PRIORITIES: readonly unknown[] = ['0', '1', '2', '3', '4', '5', '6', '7', undefined];

const priority = (what: string, read: (value: number) => string | undefined): Computed =>
  text('priority', `${what} of priority`, (value) => read(Number(value)));

export const facility = priority('facility', (value) => FACILITIES[value >> 3]);
export const level = priority('level', (value) => (value < 192 ? LEVELS[value & 7] : undefined));

/** The instance, by which the CloudWatch agent names streams unless it is told otherwise. */
export const instanceId = excerpt('@log_stream', /(?:^|\/)(i-[0-9a-f]{8,17})(?:$|[^0-9a-f])/, 'instance');

/** `[origin ip="..."]` and its like; a dash says that there are none. */
export const structuredData = text('data', 'data', (value) => value);
export const processId = text('pid', 'pid', (pid) => (/^\d+$/.test(pid) ? pid : undefined));
