import { isIP } from 'node:net';
import type { Labels } from '../formats/enrichment.ts';
import { checkCondition, type DraftCondition } from './condition-rules.ts';
import { additionsIn, labels, shown } from './enrichment-rules.ts';
import type { DraftEnrichment } from './enrichment-settings.ts';
import { listenAddress } from './network-names.ts';
import { checkOverride, type DraftOverride } from './override-rules.ts';
import type { Registries } from './registries.ts';
import { quoted, type Report } from './report.ts';
import { join, type Values } from './schema.ts';
import { didYouMean } from './suggestion.ts';

/** What was written, as far as it was good: anything may be missing. */
interface Draft extends Values {
  readonly aws?: Values;
  readonly enrichment?: DraftEnrichment;
  readonly queues?: readonly DraftQueue[];
  readonly destinations?: readonly DraftDestination[];
  readonly overrides?: readonly (DraftOverride | undefined)[];
  readonly metrics?: { readonly listen?: string };
  readonly limits?: { readonly in_flight_bytes?: number };
}

interface DraftDestination extends Values {
  readonly name?: string;
  readonly type?: string;
  readonly format?: string;
  readonly redact?: readonly (DraftRedact | undefined)[];
  readonly redact_key?: unknown;
  readonly max_events_per_second?: number | null;
  readonly max_bytes_per_second?: number | null;
  readonly priority?: Readonly<Record<string, readonly (string | undefined)[]>>;
  readonly filters?: readonly ({ readonly name?: string; readonly drop?: DraftCondition } | undefined)[];
}

interface DraftRedact {
  readonly field?: string | null;
  readonly member?: string | null;
  readonly action?: string;
}

interface DraftQueue extends Values {
  readonly name?: string;
  readonly url?: string;
  readonly destinations?: readonly (string | undefined)[];
  readonly log_types?: readonly ({ readonly type?: string; readonly columns?: string | null } | undefined)[];
  readonly static_labels?: Labels;
  readonly visibility_timeout?: number;
}

type Rule = (draft: Draft, report: Report, known: Registries) => void;

/** What no single setting shows. Rules are held against what was good, so that one fault does not hide another. */
export function applyRules(values: Values, report: Report, known: Registries): void {
  for (const rule of RULES) rule(values, report, known);
}

const queueNames: Rule = ({ queues = [] }, report) => unique(queues, 'queues', 'name', report);

/** Two entries for one queue would each take a part of its messages, and hold them against different buckets. */
const queueUrls: Rule = ({ queues = [] }, report) => unique(queues, 'queues', 'url', report);

const destinationNames: Rule = ({ destinations = [] }, report) => unique(destinations, 'destinations', 'name', report);

function unique(items: readonly Values[], list: string, key: string, report: Report): void {
  const first = new Map<unknown, string>();
  for (const [index, item] of items.entries()) {
    const path = join(join(list, index), key);
    const taken = first.get(item[key]);
    if (item[key] === undefined) continue;
    if (taken === undefined) first.set(item[key], path);
    else report.fault(path, `is the same as ${taken}; each needs its own`);
  }
}

const knownDestinations: Rule = ({ queues = [], destinations = [] }, report) => {
  const names = destinations.flatMap(({ name }) => name ?? []);
  if (names.length === 0) return;
  for (const [path, name] of references(queues)) {
    if (!names.includes(name)) report.fault(path, `no destination is called ${quoted(name)}${didYouMean(name, names)}`);
  }
};

const eachDestinationOnce: Rule = ({ queues = [] }, report) => {
  for (const [index, { destinations = [] }] of queues.entries()) {
    const path = `queues[${index}].destinations`;
    destinations.forEach((name, at) => {
      if (name !== undefined && destinations.indexOf(name) < at)
        report.fault(join(path, at), `${quoted(name)} is named twice`);
    });
  }
};

const usedDestinations: Rule = ({ queues = [], destinations = [] }, report) => {
  const used = new Set(Array.from(references(queues), ([, name]) => name));
  for (const [index, { name }] of destinations.entries()) {
    if (name !== undefined && !used.has(name))
      report.warn(`destinations[${index}].name`, 'no queue sends anything here');
  }
};

function* references(queues: readonly DraftQueue[]): Generator<[path: string, name: string]> {
  for (const [index, { destinations = [] }] of queues.entries()) {
    for (const [at, name] of destinations.entries()) {
      if (name !== undefined) yield [`queues[${index}].destinations[${at}]`, name];
    }
  }
}

const chosenColumns: Rule = ({ queues = [] }, report, { logTypes, mappingsOf }) => {
  const takes = (name: string) => mappingsOf(name).some(({ spec }) => spec.layout.chosen === true);
  for (const [index, { log_types: list = [] }] of queues.entries()) {
    for (const [at, entry] of list.entries()) {
      if (!isGiven(entry?.columns) || entry?.type === undefined || takes(entry.type)) continue;
      const types = logTypes.filter(takes).join(', ');
      report.fault(`queues[${index}].log_types[${at}].columns`, `are not chosen for ${entry.type}, but for ${types}`);
    }
  }
};

const filters: Rule = ({ destinations = [], ...draft }, report, known) => {
  const scope = { types: [], ...additionsIn(draft, known) };
  for (const [index, { filters: list = [] }] of destinations.entries()) {
    const path = `destinations[${index}].filters`;
    unique(
      list.map((filter) => filter ?? {}),
      path,
      'name',
      report,
    );
    for (const [at, filter] of list.entries()) checkCondition(filter?.drop, `${path}[${at}].drop`, report, scope);
  }
};

const overrides: Rule = ({ overrides: list = [], ...draft }, report, known) => {
  const additions = additionsIn(draft, known);
  unique(
    list.map((override) => override ?? {}),
    'overrides',
    'type',
    report,
  );
  for (const [index, override] of list.entries())
    if (override !== undefined) checkOverride(override, `overrides[${index}]`, report, additions);
};

/** Formats that are made of fields; the others show the record. */
const OF_FIELDS: readonly unknown[] = ['leef', 'cef', undefined];

const redactions: Rule = ({ destinations = [] }, report) => {
  for (const [index, { redact = [], redact_key: key, format }] of destinations.entries()) {
    const path = `destinations[${index}]`;
    for (const [at, rule] of redact.entries()) {
      if (rule !== undefined) checkRedaction(rule, format, `${path}.redact[${at}]`, report);
    }
    const hashes = redact.some((rule) => rule?.action === 'hash');
    if (hashes && !isGiven(key)) report.fault(`${path}.redact`, 'the action hash needs redact_key beside it');
    if (!hashes && isGiven(key) && report.isClean(`${path}.redact`))
      report.warn(`${path}.redact_key`, 'is not used: no action is hash');
  }
};

function checkRedaction({ field, member }: DraftRedact, format: unknown, path: string, report: Report): void {
  if (!report.isClean(path)) return;
  if (isGiven(field) === isGiven(member)) report.fault(path, 'must have one of field and member');
  else if (isGiven(field) && !OF_FIELDS.includes(format))
    report.fault(`${path}.field`, `hides nothing: ${format} shows the record, so name its member`);
}

const limits: Rule = ({ destinations = [] }, report) => {
  for (const [index, destination] of destinations.entries()) {
    const { max_events_per_second: events, max_bytes_per_second: bytes, priority = {} } = destination;
    const path = `destinations[${index}]`;
    if (isGiven(bytes) && Number(bytes) < LEAST_BYTES)
      report.fault(`${path}.max_bytes_per_second`, 'must be at least 1KiB, or one event would take seconds');
    const ranked = Object.entries(priority).flatMap(([rank, names]) =>
      names.map((name, at) => ({ name, path: `${path}.priority.${rank}[${at}]` })),
    );
    for (const [at, rank] of ranked.entries()) {
      const taken = ranked.slice(0, at).find(({ name }) => name !== undefined && name === rank.name);
      if (taken !== undefined) report.fault(rank.path, `${quoted(String(rank.name))} stands at ${taken.path}, too`);
    }
    if (ranked.length > 0 && !isGiven(events) && !isGiven(bytes) && report.isClean(path))
      report.warn(`${path}.priority`, 'is not used: it counts where there is a limit, like max_events_per_second');
  }
};

const LEAST_BYTES = 1024;

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

const HOURS_12 = 12 * 3_600_000;

/** SQS takes 12 hours at most; below 10 seconds there is no time for a second try. */
const visibility: Rule = ({ queues = [] }, report) => {
  for (const [index, { visibility_timeout: ms = 120_000 }] of queues.entries()) {
    if (ms < 10_000 || ms > HOURS_12) report.fault(`queues[${index}].visibility_timeout`, 'must be from 10s to 12h');
  }
};

const awsKeys: Rule = ({ aws = {} }, report) => {
  const given = (name: string) => aws[name] !== undefined && aws[name] !== null;
  const needs = (name: string, other: string) => {
    if (given(name) && !given(other)) report.fault(`aws.${name}`, `needs ${other} beside it`);
  };
  needs('access_key_id', 'secret_access_key');
  needs('secret_access_key', 'access_key_id');
  needs('session_token', 'access_key_id');
  if (given('profile') && given('access_key_id'))
    report.fault('aws.profile', 'cannot stand beside access_key_id: one or the other');
};

const roomForBlocks: Rule = ({ limits }, report) => {
  const { in_flight_bytes: room = 2 ** 26 } = limits ?? {};
  if (room < 2 ** 20) report.fault('limits.in_flight_bytes', 'must be at least 1MiB, or blocks cannot travel');
};

/** One address of this host is a choice; all of them is mostly an oversight, since there is no password. */
const openMetrics: Rule = ({ metrics }, report) => {
  const { host } = listenAddress(metrics?.listen ?? 'off');
  const all = isIP(host) !== 0 && /^[0:.]+$/.test(host);
  if (all) report.warn('metrics.listen', 'anyone who reaches this host can read the metrics: name one address of it');
};

const RULES: readonly Rule[] = [
  queueNames,
  queueUrls,
  destinationNames,
  knownDestinations,
  eachDestinationOnce,
  usedDestinations,
  chosenColumns,
  labels,
  shown,
  filters,
  overrides,
  redactions,
  limits,
  visibility,
  awsKeys,
  roomForBlocks,
  openMetrics,
];
