import type { FieldName } from './event.ts';
import type { Computed, Expression } from './expression.ts';
import type { OcsfClassName } from './wire/ocsf-classes.ts';

/** What OCSF wants to know of a log type beyond the common vocabulary. */
export interface OcsfSpec {
  /** Event class; an expression that gives the name of one where records of a type differ. */
  readonly class: OcsfClassName | Computed;
  /** Caption of an activity of that class, whatever its case; any other text is activity 99 under that name. */
  readonly activity: string | Computed;
  /** Paths of fields whose meaning in this log type is another; '' is `unmapped`, false leaves the field out. */
  readonly paths?: Readonly<Partial<Record<FieldName, string | false>>>;
  /** Further attributes by their paths: what the vocabulary has no field for. */
  readonly values?: Readonly<Record<string, Expression>>;
}

/** What ECS wants to know of a log type beyond the common vocabulary: its fields of categorization, and a name. */
export interface EcsSpec {
  readonly kind: 'event' | 'alert' | 'state' | 'metric';
  /** Values of `event.category`, parted by a space; an expression where records of a type differ. */
  readonly category: string | Computed;
  /** Values of `event.type`, parted by a space. */
  readonly type: string | Computed;
  /** `event.dataset` behind its `aws.`; the log type's own name unless said. */
  readonly dataset?: string;
  /** Names, parted by a space, of fields whose meaning in this log type is another; '' is `aws.` and the field's own name. */
  readonly names?: Readonly<Partial<Record<FieldName, string>>>;
  /** Further fields by their names: what the vocabulary has no field for. */
  readonly values?: Readonly<Record<string, Expression>>;
}
