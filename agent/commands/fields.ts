import { FIELDS, type FieldName } from '../../formats/event.ts';
import { describe } from '../../formats/expression.ts';
import type { LogType } from '../../formats/log-type.ts';
import { allLogTypes, logTypeNames } from '../../formats/log-types/index.ts';
import { CEF_KEYS } from '../../formats/wire/cef-keys.ts';
import { ecsNames } from '../../formats/wire/ecs.ts';
import { LEEF_KEYS } from '../../formats/wire/leef-keys.ts';
import { ocsfClassNames, ocsfPaths } from '../../formats/wire/ocsf.ts';
import { type Command, EXIT, UsageError } from '../command.ts';
import { qidCsv, qidRows, qidTable } from './qids.ts';

/** The mapping reference, generated from the mappings themselves. */
export const fields: Command = {
  name: 'fields',
  summary: 'Print how each log type maps to the formats; with --qid what there is to map in QRadar',
  usage: '[--qid] [-o text|csv|json] [TYPE...]',
  options: { qid: { type: 'boolean' }, output: { type: 'string', short: 'o' } },
  async run({ values, positionals }, io) {
    const unknown = positionals.find((name) => !logTypeNames.includes(name));
    if (unknown !== undefined)
      throw new UsageError(`there is no log type "${unknown}"; known are ${logTypeNames.join(', ')}`);
    const { qid = false, output = 'text' } = values;
    const wanted = allLogTypes.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
    const writers = qid === true ? QID_WRITERS : FIELD_WRITERS;
    const write = Object.hasOwn(writers, String(output)) ? writers[String(output)] : undefined;
    if (write === undefined) throw new UsageError(`-o takes ${Object.keys(writers).join(', ')}`);
    io.out(write(wanted));
    return EXIT.fine;
  },
};

type Writers = Readonly<Record<string, (types: readonly LogType[]) => string>>;

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

const QID_WRITERS: Writers = {
  text: (types) => qidTable(qidRows(types)),
  csv: (types) => qidCsv(qidRows(types)),
  json: (types) => json(qidRows(types)),
};

const FIELD_WRITERS: Writers = {
  text: (types) => types.map(fieldReference).join('\n'),
  json: (types) => json(types.map(mappingOf)),
};

/** One field of a log type, and its names in the formats. */
interface FieldRow {
  readonly field: FieldName;
  readonly from: string;
  readonly cef: string;
  readonly leef: string;
  readonly ocsf: string;
  readonly ecs: string;
  readonly meaning: string;
}

function fieldRows(type: LogType): readonly FieldRow[] {
  const ocsf = ocsfPaths(type);
  const ecs = ecsNames(type);
  return type.fieldNames.map((field) => {
    const cef = CEF_KEYS[field];
    return {
      field,
      from: describe(type.spec.fields[field] ?? ''),
      cef: cef?.label === undefined ? (cef?.key ?? '') : `${cef.key} (${cef.label})`,
      leef: LEEF_KEYS[field]?.key ?? '',
      ocsf: (ocsf.get(field) ?? []).join(' '),
      ecs: (ecs.get(field) ?? []).join(' '),
      meaning: FIELDS[field],
    };
  });
}

const HEADER = ['time', 'signature', 'scope', 'label', 'category', 'severity', 'version'] as const;

function headerRows({ spec }: LogType): readonly (readonly [name: string, from: string])[] {
  return HEADER.flatMap((name) => {
    const expression = spec[name];
    return expression === undefined ? [] : [[name, describe(expression)] as const];
  });
}

function mappingOf(type: LogType): unknown {
  const { name, title, reference, product, splunk, qradar } = type.spec;
  const header = Object.fromEntries(headerRows(type));
  return { name, title, reference, product, sourcetype: splunk.sourcetype, qradar, header, fields: fieldRows(type) };
}

/** One log type's mapping as a page of Markdown. */
export function fieldReference(type: LogType): string {
  const { spec } = type;
  const line = (...cells: string[]): string => `| ${cells.map((text) => text.replace(/\|/g, '\\|')).join(' | ')} |\n`;
  const header = headerRows(type).map(([name, from]) => line(name, from));
  const rows = fieldRows(type).map((row) =>
    line(row.field, row.from, row.cef, row.leef, row.ocsf, row.ecs, row.meaning),
  );
  return [
    `# ${spec.title}\n\n`,
    `Name \`${spec.name}\` (${spec.layout.describe}). Product \`${spec.product}\`. Splunk sourcetype \`${spec.splunk.sourcetype}\`. `,
    `QRadar log source type "${spec.qradar}". OCSF class ${ocsfClassNames(type).join(', ')}. [AWS's page](${spec.reference}).\n\n`,
    `| header | comes from |\n|---|---|\n${header.join('')}\n`,
    `| field | comes from | CEF | LEEF | OCSF | ECS | meaning |\n|---|---|---|---|---|---|---|\n${rows.join('')}`,
  ].join('');
}
