import type { ConditionMaker } from './condition-settings.ts';
import type { FilterSettings } from './config.ts';
import type { Names, SectionList } from './schema.ts';

/** The filters of a destination. */
export function filterList(condition: ConditionMaker): SectionList {
  const of: Names<FilterSettings> = {
    name: {
      doc: 'Name of the filter, as it shows in metrics and on the status page. Of this destination, no other has it.',
      format: 'name',
      default: null,
      required: true,
      example: 'no-reads',
    },
    drop: condition({
      doc: 'Events that do not go to this destination. They are counted as filtered.',
      required: true,
      example: { event_name: ['Get*', 'List*', 'Describe*'], severity: { below: 4 } },
    }),
  };
  return {
    group: 'list',
    doc: 'Filters of this destination. The first that matches an event keeps it back; all others go.',
    required: false,
    of,
  };
}
