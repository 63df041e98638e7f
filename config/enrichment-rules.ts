import { type Labels, withAdded } from '../formats/enrichment.ts';
import type { Additions } from './condition-rules.ts';
import { type DraftEnrichment, lookupFiles } from './enrichment-settings.ts';
import type { Registries } from './registries.ts';
import type { Report } from './report.ts';

/** What was written of additions to the records, and where they may show. */
interface DraftAdditions {
  readonly enrichment?: DraftEnrichment;
  readonly queues?: readonly { readonly static_labels?: Labels }[];
  readonly destinations?: readonly {
    readonly type?: string;
    readonly format?: string;
    /** Of HEC: whether fields stand beside the record. */
    readonly indexed_fields?: boolean;
  }[];
}

/** The log types with the fields that `enrichment` and labels add to them. */
export function additionsIn({ enrichment = {}, queues = [] }: DraftAdditions, known: Registries): Additions {
  const files = lookupFiles(enrichment);
  const labels = Object.assign({}, ...queues.map(({ static_labels }) => static_labels)) as Labels;
  const mappingsOf = (name: string) => known.mappingsOf(name).map((type) => withAdded(type, files, labels));
  return { known: { ...known, mappingsOf }, files };
}

/** The label by which ECS tells the id of an event. */
const OWN_LABEL = 'trailferry_event_id';

/** Holds names of labels against those that are taken. */
export function labels({ queues = [] }: DraftAdditions, report: Report): void {
  for (const [index, { static_labels: given = {} }] of queues.entries())
    if (Object.hasOwn(given, OWN_LABEL))
      report.fault(`queues[${index}].static_labels.${OWN_LABEL}`, 'is the name of a label that trailferry writes');
}

/** Formats that show the record as it is; only HEC has a place beside it. */
const OF_RECORD: readonly unknown[] = ['json', 'raw', 'splunk'];

/** Tells of additions that no destination shows. */
export function shown({ enrichment = {}, queues = [], destinations = [] }: DraftAdditions, report: Report): void {
  const shows = destinations.some(
    ({ type, format, indexed_fields: beside }) => !OF_RECORD.includes(format) || (type === 'hec' && beside !== false),
  );
  if (shows) return;
  const message =
    'shows nowhere: json, raw and splunk are the record as AWS wrote it; leef, cef, ocsf, ecs and hec show it';
  if (lookupFiles(enrichment).size > 0) report.warn('enrichment', message);
  for (const [index, { static_labels: given = {} }] of queues.entries())
    if (Object.keys(given).length > 0) report.warn(`queues[${index}].static_labels`, message);
}
