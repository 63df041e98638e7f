import { FIELDS } from '../../formats/event.ts';
import { describe } from '../../formats/expression.ts';
import type { LogType } from '../../formats/log-type.ts';
import { allLogTypes, logTypeNames } from '../../formats/log-types/index.ts';
import { CEF_KEYS, LEEF_KEYS } from '../../formats/wire/keys.ts';
import { type Command, EXIT, UsageError } from '../command.ts';

/** The mapping reference, generated from the mappings themselves. */
export const fields: Command = {
  name: 'fields',
  summary: 'Print how each log type maps to CEF and LEEF',
  usage: '[TYPE...]',
  options: {},
  async run({ positionals }, io) {
    const unknown = positionals.find((name) => !logTypeNames.includes(name));
    if (unknown !== undefined)
      throw new UsageError(`there is no log type "${unknown}"; known are ${logTypeNames.join(', ')}`);
    const wanted = allLogTypes.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
    io.out(wanted.map(fieldReference).join('\n'));
    return EXIT.fine;
  },
};

/** One log type's mapping as a page of Markdown. */
export function fieldReference(type: LogType): string {
  const { spec } = type;
  const cell = (text: string): string => text.replace(/\|/g, '\\|');
  const header = (['time', 'signature', 'scope', 'label', 'category', 'severity', 'version'] as const).flatMap(
    (name) => {
      const expression = spec[name];
      return expression === undefined ? [] : [`| ${name} | ${cell(describe(expression))} |\n`];
    },
  );
  const rows = type.fieldNames.map((name) => {
    const cef = CEF_KEYS[name];
    const slot = cef?.label === undefined ? (cef?.key ?? '') : `${cef.key} (${cef.label})`;
    return `| ${name} | ${cell(describe(spec.fields[name] ?? ''))} | ${slot} | ${LEEF_KEYS[name]?.key ?? ''} | ${FIELDS[name]} |\n`;
  });
  return [
    `# ${spec.title}\n\n`,
    `Name \`${spec.name}\` (${spec.layout.describe}). Product \`${spec.product}\`. Splunk sourcetype \`${spec.splunk.sourcetype}\`. `,
    `QRadar log source type "${spec.qradar}". [AWS's page](${spec.reference}).\n\n`,
    `| header | comes from |\n|---|---|\n${header.join('')}\n`,
    `| field | comes from | CEF | LEEF | meaning |\n|---|---|---|---|---|\n${rows.join('')}`,
  ].join('');
}
