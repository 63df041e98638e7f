import type { ObjectOrigin } from '../event.ts';
import type { JsonMembers } from '../framing/record.ts';

/**
 * What is known of what is in an envelope: the parts of an origin that it knows better than the object's key, and columns
 * that the admin names.
 */
export type EnvelopeContext = Partial<
  Pick<ObjectOrigin, 'account' | 'region' | 'timestamp' | 'logGroup' | 'logStream' | 'columns'>
>;

/** What an origin knows beyond its object. */
export function contextOf({
  account,
  region,
  timestamp,
  logGroup,
  logStream,
  columns,
}: Partial<ObjectOrigin>): EnvelopeContext {
  return known({ account, region, timestamp, logGroup, logStream, columns });
}

/** One text that an envelope holds: a record of some log type, several of them, or another envelope. */
export interface Letter {
  /** A byte string. */
  readonly text: string;
  readonly context: EnvelopeContext;
  /** EventBridge's word for what `text` is. */
  readonly detailType?: string;
}

/** A layer that AWS puts around records on their way to S3: a JSON value that holds them. */
export interface Envelope {
  /** Name in `convert`, metrics and the reference. */
  readonly name: string;
  readonly title: string;
  /** AWS's page on it. */
  readonly reference: `https://${string}`;
  /** Names of members that such a value has, and no record of any log type. */
  readonly members: readonly string[];
  /** What it holds; nothing for a control message. @throws {FormatError} when it is not what its members promise */
  open(value: JsonMembers): readonly Letter[];
}

/** A text member; undefined when it is none, or empty. */
export function textMember(value: JsonMembers, name: string): string | undefined {
  const found = value.member(name);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** The parts of a context that are there. */
export function known(context: { readonly [Name in keyof EnvelopeContext]: EnvelopeContext[Name] }): EnvelopeContext {
  return Object.fromEntries(Object.entries(context).filter(([, value]) => value !== undefined));
}
