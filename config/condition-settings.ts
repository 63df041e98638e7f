import type { Setting } from '../transports/transport.ts';
import type { Condition, FieldCondition } from './config.ts';
import type { Names, Section, SharedSection } from './schema.ts';

/** Settings that may be left out, and then say nothing. */
const left = { default: null } as const;
const many = { list: 'or-one', default: [] } as const;

const WILDCARD = '`*` is any number of characters and `?` is one';

const field: Names<FieldCondition> = {
  name: {
    doc: 'Field of the common vocabulary, as `trailferry fields` prints it for each log type.',
    format: 'field',
    ...left,
    required: true,
    example: 'user.name',
  },
  equals: { doc: 'The very value. Capitals count.', format: 'scalar', ...left, example: 'root' },
  in: { doc: 'One of these values.', format: 'scalar', ...many, example: ['root', 'admin'] },
  matches: { doc: `One of these patterns: ${WILDCARD}.`, format: 'String', ...many, example: 'svc-*' },
  cidr: { doc: 'An address in one of these networks.', format: 'cidr', ...many, example: '10.0.0.0/8' },
};

const severity = {
  below: { doc: 'Less than this.', format: 'severity', ...left, example: 3 },
  at_least: { doc: 'This or more.', format: 'severity', ...left, example: 7 },
} satisfies Record<string, Setting>;

/** A node that takes a condition. */
export interface ConditionNode {
  readonly doc: string;
  readonly required?: boolean;
  readonly list?: boolean;
  readonly example: unknown;
}

export type ConditionMaker = (node: ConditionNode) => SharedSection;

/** Makes the nodes of a configuration that take a condition; it chooses from the log types by name. */
export function conditions(logTypes: readonly string[]): ConditionMaker {
  const of: Record<string, Section[string]> = {};
  const about =
    'What is asked of an event. All that is said must hold at once; of a list, one item. A field that an event does not have equals nothing.';
  const node = ({ doc, required = false, list = false, example }: ConditionNode): SharedSection => ({
    ...({ group: 'shared', name: 'condition', about, doc, required, list, of, example } as const),
  });
  const names: Names<Condition> = {
    log_type: { doc: 'Its log type.', format: logTypes, ...many, example: logTypes[0] },
    account: {
      doc: 'Account in the key of the object, else of the event.',
      format: 'account',
      ...many,
      example: '111122223333',
    },
    region: {
      doc: 'Region in the key of the object, else of the event.',
      format: 'region',
      ...many,
      example: 'eu-west-1',
    },
    event_name: {
      doc: `What happened: the LEEF EventID, the last part of the CEF class id. ${WILDCARD}.`,
      format: 'String',
      ...many,
      example: ['Get*', 'List*', 'Describe*'],
    },
    severity: { group: 'optional', doc: 'Its severity, 0 to 10.', of: severity },
    field: { group: 'optional', doc: 'A value of it: one of equals, in, matches and cidr.', of: field },
    all: node({
      doc: 'Every one of these.',
      list: true,
      example: [{ region: 'eu-west-1' }, { severity: { below: 3 } }],
    }),
    any: node({ doc: 'One of these.', list: true, example: [{ region: 'eu-west-1' }, { severity: { below: 3 } }] }),
    not: node({ doc: 'None of this.', example: { account: '111122223333' } }),
  };
  Object.assign(of, names);
  return node;
}
