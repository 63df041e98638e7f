import type { RedactSettings } from '../../config/config.ts';
import type { FieldName } from '../../formats/event.ts';
import type { LogRecord } from '../../formats/framing/record.ts';
import type { LogType } from '../../formats/log-type.ts';
import { placesOfCells } from '../../formats/redaction/cell-places.ts';
import { jsonText, placesOf } from '../../formats/redaction/json-places.ts';
import { Rewriter, replaced } from '../../formats/redaction/replace.ts';
import { type Rewrite, rewriteSecrets, wordsOfSecrets } from '../../formats/redaction/secrets.ts';
import { CEF_KEYS } from '../../formats/wire/cef-keys.ts';
import { columnName } from '../../formats/wire/json.ts';
import { LEEF_KEYS } from '../../formats/wire/leef-keys.ts';
import type { ValueKind } from '../../formats/wire/value-kind.ts';
import { type HiddenValue, hiddenValue } from './hidden-value.ts';
import { type HiddenField, Hiding, type HidingStep } from './hiding.ts';

interface Rule {
  readonly settings: RedactSettings;
  readonly value: HiddenValue;
}

/** What one destination is not to see: laid out once a log type. */
export class Redaction {
  /** Whether the secrets that log types declare are masked. */
  readonly masksSecrets: boolean;
  private readonly rules: readonly Rule[];
  private readonly compiled = new Map<LogType, Hiding | undefined>();

  /** @param key of the hashes; there when an action is `hash` */
  constructor(rules: readonly RedactSettings[], masksSecrets: boolean, key = '') {
    this.rules = rules.map((settings) => ({ settings, value: hiddenValue(settings.action, key) }));
    this.masksSecrets = masksSecrets;
  }

  /**
   * Undefined when nothing is to be hidden in such records.
   * @param alone whether the secrets of the type are this destination's to mask, because not all destinations want that
   */
  bind(type: LogType, alone: boolean): Hiding | undefined {
    if (!alone) return this.hiding(type, undefined);
    const secrets = this.masksSecrets ? secretsOf(type) : undefined;
    return secrets === undefined ? this.hiding(type, undefined) : this.compile(type, secrets);
  }

  private hiding(type: LogType, secrets: Rewrite | undefined): Hiding | undefined {
    if (this.rules.length === 0) return undefined;
    if (!this.compiled.has(type)) this.compiled.set(type, this.compile(type, secrets));
    return this.compiled.get(type);
  }

  private compile(type: LogType, secrets: Rewrite | undefined): Hiding | undefined {
    const rules = this.rules.filter(({ settings }) => settings.log_type?.includes(type.name) !== false);
    const ofLines = type.spec.layout.kind === 'text';
    const members = rules.flatMap(({ settings: { member }, value }) =>
      member === undefined ? [] : [{ member, value }],
    );
    const steps = ofLines && members.length > 0 ? [cellsStep(members)] : members.map(memberStep);
    if (secrets !== undefined) steps.push({ what: SECRETS, apply: secrets });
    const fields = rules.flatMap(({ settings: { field }, value }) => hiddenField(type, field, value));
    if (steps.length === 0 && fields.length === 0) return undefined;
    return new Hiding(steps, fields, ofLines && members.length > 0);
  }
}

interface MemberRule {
  readonly member: string;
  readonly value: HiddenValue;
}

function memberStep({ member, value }: MemberRule): HidingStep {
  const path = member.split('.');
  const name = path.findLast((part) => !/^(?:\*|\d+)$/.test(part)) ?? '';
  return {
    what: `${member}: ${value.action}`,
    apply(text) {
      // A name may be written with escapes: then it is looked for in full.
      if (!text.includes(name) && !text.includes('\\')) return text;
      const places = placesOf(jsonText(text), path);
      return replaced(
        text,
        places.map(({ start, end }) => ({ start, end, text: value.json(text.substring(start, end)) })),
      );
    },
  };
}

/** All columns in one step: where cells stand is known of the text as it was. */
function cellsStep(rules: readonly MemberRule[]): HidingStep {
  const values = new Map(rules.map(({ member, value }) => [member, value]));
  return {
    what: rules.map(({ member, value }) => `${member}: ${value.action}`).join(', '),
    apply(text, { columns, cells }) {
      const hidden = cells.flatMap((cell, index) => {
        const shown = values.get(columnName(columns, index))?.cell(cell);
        return shown === undefined || shown === cell ? [] : [{ index, shown }];
      });
      if (hidden.length === 0) return text;
      const places = placesOfCells(text, cells);
      return replaced(
        text,
        hidden.flatMap(({ index, shown }) => {
          const place = places[index];
          return place === undefined ? [] : [{ ...place, text: shown }];
        }),
      );
    },
  };
}

/** Kinds of values that can be any text; of a number, a time or a flag nothing but its absence hides it. */
const TEXTS: readonly (ValueKind | undefined)[] = ['text', 'address', 'url', 'json', undefined];

function hiddenField(type: LogType, name: string | undefined, value: HiddenValue): HiddenField[] {
  const index = type.fieldNames.indexOf(name as FieldName);
  if (index < 0) return [];
  const isText = [CEF_KEYS, LEEF_KEYS].every((keys) => TEXTS.includes(keys[name as FieldName]?.kind));
  const hide = isText ? value.field : hiddenValue('drop', '').field;
  return [{ what: `${name}: ${isText ? value.action : 'drop'}`, index, hide }];
}

const SECRETS = 'presigned URLs, cookies and credentials: mask';
const rewrites = new Map<LogType, Rewrite | undefined>();

function secretsOf(type: LogType): Rewrite | undefined {
  const { secrets } = type.spec;
  if (secrets === undefined) return undefined;
  const known = rewrites.get(type) ?? rewriteSecrets(secrets);
  rewrites.set(type, known);
  return known;
}

/** Masks the secrets of a log type for all destinations at once; undefined when it has none. */
export function secretMask(type: LogType): ((record: LogRecord) => LogRecord) | undefined {
  const rewrite = secretsOf(type);
  if (rewrite === undefined) return undefined;
  const rewriter = new Rewriter();
  const words = wordsOfSecrets(type.spec.secrets ?? {});
  return (record) => {
    if (record.problem !== undefined || record.lacks?.(words) === true) return record;
    return rewriter.withText(record, rewrite(record.text));
  };
}
