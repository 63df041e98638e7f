import type { FieldName } from './event.ts';
import type { Computed, Expression } from './expression.ts';
import type { OcsfClassName } from './wire/ocsf-classes.ts';

/** The objects of a list in the record, one for one, each with some of its members as text under other names. */
export interface ListSpec {
  readonly each: Expression;
  /** Dotted names by the member's name in the record. */
  readonly members: Readonly<Record<string, string>>;
}

/** What OCSF wants to know of a log type beyond the common vocabulary. */
export interface OcsfSpec {
  /** Event class; an expression that gives the name of one where records of a type differ. */
  readonly class: OcsfClassName | Computed;
  /** All classes there may be, where the expression is more than a table. */
  readonly classes?: readonly OcsfClassName[];
  /** Caption of an activity of that class, whatever its case; any other text is activity 99 under that name. */
  readonly activity: string | Computed;
  /** Paths of fields whose meaning in this log type is another; '' is `unmapped`, false leaves the field out. */
  readonly paths?: Readonly<Partial<Record<FieldName, string | false>>>;
  /** Further attributes by their paths: what the vocabulary has no field for. */
  readonly values?: Readonly<Record<string, Expression>>;
  /** Lists of objects by their paths. */
  readonly lists?: Readonly<Record<string, ListSpec>>;
}

/** What ECS wants to know of a log type beyond the common vocabulary: its fields of categorization, and a name. */
export interface EcsSpec {
  readonly kind: 'event' | 'alert' | 'state' | 'metric' | Computed;
  /** Values of `event.category`, parted by a space; an expression where records of a type differ. */
  readonly category: string | Computed;
  /** Values of `event.type`, parted by a space. */
  readonly type: string | Computed;
  /** `event.dataset` behind `aws.` or another vendor's name; the log type's own name unless said. */
  readonly dataset?: string;
  /**
   * Names, parted by a space, of fields whose meaning in this log type is another; '' is `aws.` and the field's own name,
   * false leaves the field out.
   */
  readonly names?: Readonly<Partial<Record<FieldName, string | false>>>;
  /** Further fields by their names: what the vocabulary has no field for. */
  readonly values?: Readonly<Record<string, Expression>>;
  /** Lists of objects by their names. */
  readonly lists?: Readonly<Record<string, ListSpec>>;
}

/** The names and shapes of a log type in the Splunk Add-on for AWS. */
export interface SplunkSpec {
  readonly sourcetype: string;
  /** The columns that the Add-on reads by their places. */
  readonly columns?: readonly string[];
  /** The Add-on reads the record as the `detail` of this event of EventBridge; `account`, `time` and `region` are paths. */
  readonly event?: {
    readonly detailType: string;
    readonly source: string;
    readonly account: Expression;
    readonly time: Expression;
    readonly region: Expression;
  };
}
