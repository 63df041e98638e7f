import type { ConditionMaker } from './condition-settings.ts';
import type { OverrideSettings, SeverityRule } from './config.ts';
import type { Names, SectionList } from './schema.ts';

/** What an admin wants otherwise in the mapping of a log type, for all destinations. */
export function overrideList(condition: ConditionMaker, logTypes: readonly string[]): SectionList {
  const severity: Names<SeverityRule> = {
    when: condition({
      doc: 'Events that it is for.',
      required: true,
      example: { event_name: 'ConsoleLogin', field: { name: 'user.mfa', equals: 'No' } },
    }),
    // biome-ignore lint/suspicious/noThenProperty: what the admin writes
    then: { doc: 'Their severity, 0 to 10.', format: 'severity', default: null, required: true, example: 9 },
  };
  const of: Names<OverrideSettings> = {
    type: { doc: 'Name of a log type.', format: logTypes, default: null, required: true, example: logTypes[0] },
    severity: {
      group: 'list',
      doc: 'Severities; the first whose condition holds counts, otherwise that of the mapping does.',
      required: false,
      of: severity,
    },
    drop_fields: {
      doc: 'Fields of the common vocabulary that its events do without. The record itself keeps them.',
      format: 'field',
      list: true,
      default: [],
      example: ['user.agent'],
    },
    add_fields: {
      group: 'map',
      doc: 'Values to add, by the LEEF attribute that they become. In CEF they take flexString1 or flexString2 where that is free, else a key of that name.',
      keys: 'attribute',
      values: 'member',
      example: { errorText: 'errorMessage' },
    },
    labels: {
      group: 'map',
      doc: 'Other labels for custom slots of CEF.',
      keys: 'attribute',
      values: 'label',
      example: { cs3: 'Arn' },
    },
    leef_keys: {
      group: 'map',
      doc: 'Other names for LEEF attributes.',
      keys: 'attribute',
      values: 'attribute',
      example: { userArn: 'arn' },
    },
  };
  return { group: 'list', doc: 'Changes to the mapping of log types, for all destinations.', required: false, of };
}
