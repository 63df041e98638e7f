import type { Labels } from '../formats/enrichment.ts';
import type { MappingOverride } from '../formats/override.ts';
import type { SecretRef } from '../transports/transport.ts';

/**
 * The configuration as the program sees it: checked, complete with defaults, frozen. Names are those of the file.
 * Durations are milliseconds and sizes bytes. A secret is only ever a reference to where it is kept.
 */
export interface Config {
  readonly version: 1;
  readonly aws: AwsSettings;
  readonly queues: readonly QueueSettings[];
  readonly destinations: readonly DestinationSettings[];
  /** Changes to the mapping of log types; of each type there is one at most. */
  readonly overrides: readonly OverrideSettings[];
  readonly enrichment: EnrichmentSettings;
  /** Absolute path of the directory for ledger and quarantine. One process at a time. */
  readonly state_dir: string;
  readonly metrics: { readonly listen: ListenAddress | 'off' };
  readonly limits: Limits;
  /** When the volume of a day is reported: five fields of crontab(5), or `off`. */
  readonly volume_report: string;
}

export interface AwsSettings {
  readonly region: string;
  /** Without profile or keys the default chain of the AWS SDK is asked. */
  readonly profile?: string;
  readonly access_key_id?: string;
  readonly secret_access_key?: SecretRef;
  readonly session_token?: SecretRef;
  readonly assume_role?: AssumeRole;
  readonly endpoints: { readonly sqs?: string; readonly s3?: string; readonly sts?: string };
  readonly force_path_style: boolean;
  readonly fips: boolean;
  readonly dual_stack: boolean;
  readonly proxy?: { readonly url: string; readonly no_proxy: readonly string[] };
}

export interface AssumeRole {
  readonly arn: string;
  readonly external_id?: string | SecretRef;
  readonly session_name: string;
}

export interface QueueSettings {
  readonly name: string;
  readonly url: string;
  /** As written, else as the URL says, else `aws.region`. */
  readonly region: string;
  /** The only buckets that notifications of this queue may name: exact, or with `*` for any number of characters. */
  readonly buckets: readonly string[];
  /** Names of destinations; every record goes to each. */
  readonly destinations: readonly string[];
  /** The first whose `key` matches decides; otherwise the object's key and content do. */
  readonly log_types: readonly LogTypeOverride[];
  readonly static_labels: Labels;
  readonly visibility_timeout: number;
  readonly expected_bucket_owner?: string;
}

/** Files in which values are looked up that events do without otherwise. */
export interface EnrichmentSettings {
  readonly accounts_file?: string;
  readonly geoip: { readonly city_file?: string; readonly asn_file?: string };
}

export interface LogTypeOverride {
  /** Object key, `*` for any number of characters. */
  readonly key: string;
  readonly type: string;
  /** Names of its columns, as AWS shows a format; `null` where its lines have a header. */
  readonly columns?: string | null;
}

export interface DestinationSettings {
  readonly name: string;
  /** Name of a transport. */
  readonly type: string;
  readonly format: 'leef' | 'cef' | 'json' | 'raw' | 'splunk' | 'ocsf' | 'ecs';
  /** What becomes of events that are longer than its messages; by default what suits the format. */
  readonly oversize?: 'shorten' | 'quarantine' | 'send';
  /** The first that matches an event keeps it from this destination. */
  readonly filters: readonly FilterSettings[];
  readonly redact: readonly RedactSettings[];
  /** Key of the hashes. There when an action is `hash`. */
  readonly redact_key?: SecretRef;
  /** Whether secrets that AWS's records are known to hold are masked. */
  readonly redact_defaults: boolean;
  /** Limits of what it is given; without one it is given what it takes. */
  readonly max_events_per_second?: number;
  readonly max_bytes_per_second?: number;
  readonly priority: PrioritySettings;
  /** The transport's own settings, as its schema types them: there `null` is what was not given. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Names of log types that go first, and of those that give way, where there is more than a limit lets go. */
export interface PrioritySettings {
  readonly high: readonly string[];
  readonly normal: readonly string[];
  readonly low: readonly string[];
}

export interface FilterSettings {
  readonly name: string;
  readonly drop: Condition;
}

export interface OverrideSettings extends MappingOverride {
  /** Name of a log type. */
  readonly type: string;
  /** The first whose condition holds decides. */
  readonly severity: readonly SeverityRule[];
}

export interface SeverityRule {
  readonly when: Condition;
  readonly then: number;
}

/** What is not to be seen at a destination: a field of the common vocabulary or a member of the record, one of them. */
export interface RedactSettings {
  /** Log types that it is for; all when not there. */
  readonly log_type?: readonly string[];
  readonly field?: string;
  /** Path of a member of a JSON record, or name of a column. */
  readonly member?: string;
  readonly action: 'drop' | 'mask' | 'hash';
}

/** What is asked of an event: all that is there must hold at once. Lists have one item at least; one of them must hold. */
export interface Condition {
  readonly log_type?: readonly string[];
  readonly account?: readonly string[];
  readonly region?: readonly string[];
  /** Patterns of the event's signature. */
  readonly event_name?: readonly string[];
  readonly severity?: { readonly below?: number; readonly at_least?: number };
  readonly field?: FieldCondition;
  readonly all?: readonly Condition[];
  readonly any?: readonly Condition[];
  readonly not?: Condition;
}

/** One of the four ways to look at a value. */
export interface FieldCondition {
  /** A name of the common vocabulary. */
  readonly name: string;
  readonly equals?: Scalar;
  readonly in?: readonly Scalar[];
  readonly matches?: readonly string[];
  readonly cidr?: readonly string[];
}

export type Scalar = string | number | boolean;

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface Limits {
  readonly places: number;
  readonly open_objects: number;
  readonly in_flight_bytes: number;
}
