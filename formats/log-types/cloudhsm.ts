import { excerpt } from '../excerpts.ts';
import { before, computed, constant, first, text, textOf } from '../functions.ts';
import { pairs } from '../layout.ts';
import { defineLogType } from '../log-type.ts';
import { epochMicroseconds } from '../written-times.ts';
import { categoryBy } from './levels.ts';

const opcode = before('Opcode', ' (');

/** `0:HSM Return: SUCCESS`; any other number is an error. */
const outcome = text('Response', 'success where the code of Response is 0', (response) => {
  const code = /^(\d+):/.exec(response)?.[1];
  return code === undefined ? undefined : code === '0' ? 'success' : 'failure';
});

/** A user logs in and out as itself; other commands that name a user are done to it. */
const isOwn = (command: unknown): boolean => /^CN_(?:LOGIN|LOGOUT)/.test(textOf(command));

/** Commands that AWS's page names. */
const COMMANDS =
  `LOGIN LOGOUT CREATE_USER CREATE_CO CREATE_APPLIANCE_USER DELETE_USER CHANGE_PSWD SET_M_VALUE APPROVE_TOKEN INIT_TOKEN
  INIT_DONE GEN_PSWD_ENC_KEY ZEROIZE_HSM GENERATE_KEY GENERATE_KEY_PAIR CREATE_OBJECT MODIFY_OBJECT DESTROY_OBJECT
  TOMBSTONE_OBJECT SHARE_OBJECT WRAP_KEY UNWRAP_KEY NIST_AES_WRAP EXTRACT_MASKED_OBJECT_USER INSERT_MASKED_OBJECT_USER`.split(
    /\s+/,
  );

/** Commands on users, and on the module as a whole. */
const USERS = /^CN_(?:CREATE_|DELETE_USER|CHANGE_PSWD|SET_M_VALUE|APPROVE_TOKEN|INSERT_PUB_KEY|REGISTER_)/;
const MODULE = /^CN_(?:INIT_TOKEN|ZEROIZE|FINALIZE|CLOSE_PARTITION|FW_UPDATE|RESTORE)/;

export const cloudhsm = defineLogType({
  name: 'cloudhsm',
  title: 'AWS CloudHSM audit logs',
  reference: 'https://docs.aws.amazon.com/cloudhsm/latest/userguide/interpreting-audit-logs.html',
  keys: [/(?:^|\/)CloudHSM\//],
  logGroups: [/^\/aws\/cloudhsm\//],
  looksLike: { line: /^Time ?: *\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d+, usecs:\d+$/ },
  layout: pairs({ starts: /^Time ?: *\d\d\/\d\d\/\d\d /, otherwise: 'message' }),
  product: 'CloudHSM',
  time: epochMicroseconds(excerpt('Time', /usecs:(\d{16})$/, 'usecs')),
  signature: first(opcode, constant('MESSAGE')),
  label: text(opcode, 'HSM and the command in words', (name) =>
    /^[A-Z][A-Z0-9_]{1,63}$/.test(name)
      ? `HSM ${name.replace(/^CN_/, '').replaceAll('_', ' ').toLowerCase()}`
      : 'HSM command',
  ),
  category: categoryBy('CloudHSM', outcome),
  severity: computed('by the kind of command and its outcome', [opcode, outcome], (command, how) => {
    if (how === 'failure') return isOwn(command) ? 5 : 4;
    if (MODULE.test(textOf(command))) return 6;
    return USERS.test(textOf(command)) ? 3 : 1;
  }),
  fields: {
    'cloud.account': '@account',
    'cloud.region': '@region',
    'user.name': computed('User Name of a log-in or log-out', [opcode, 'User Name'], (command, user) =>
      isOwn(command) ? textOf(user) : undefined,
    ),
    'target.user': computed('User Name of any other command', [opcode, 'User Name'], (command, user) =>
      isOwn(command) ? undefined : textOf(user),
    ),
    'user.type': computed('User Type of a log-in or log-out', [opcode, before('User Type', ' (')], (command, type) =>
      isOwn(command) ? textOf(type) : undefined,
    ),
    'target.type': computed('User Type of any other command', [opcode, before('User Type', ' (')], (command, type) =>
      isOwn(command) ? undefined : textOf(type),
    ),
    'event.action': opcode,
    'event.kind': before('Command Type(hex)', ' ('),
    'event.outcome': outcome,
    'event.reason': computed('Response of a failure', ['Response', outcome], (response, how) =>
      how === 'failure' ? textOf(response).replace(/^\d+:(?:HSM Error: )?/, '') : undefined,
    ),
    'event.message': 'message',
    'resource.name': text('Priv/Secret Key Handle', 'Priv/Secret Key Handle, not 0', (key) =>
      key === '0' ? undefined : key,
    ),
    'hsm.public_key': text('Public Key Handle', 'Public Key Handle, not 0', (key) => (key === '0' ? undefined : key)),
    'hsm.session': 'Session Handle',
    'hsm.sequence': 'Sequence No',
    'hsm.id': excerpt('@log_stream', /^(hsm-[a-z0-9]+)$/, 'HSM'),
    'hsm.cluster': excerpt('@log_group', /^\/aws\/cloudhsm\/(cluster-[a-z0-9]+)/, 'cluster'),
  },
  kinds: {
    Opcode: [...COMMANDS.map((name) => `CN_${name} (0x1)`), '<Opcode>', undefined],
    Response: ['0:HSM Return: SUCCESS', '163:HSM Error: RET_USER_LOGIN_FAILURE', undefined],
  },
  splunk: { sourcetype: 'aws:cloudwatchlogs' },
  qradar: 'Universal LEEF',
  ocsf: {
    class: computed('authentication for log-ins, else api_activity', [opcode], (command) => {
      if (textOf(command) === '') return 'base_event';
      return isOwn(command) ? 'authentication' : 'api_activity';
    }),
    activity: computed('by the command', [opcode], (command) => {
      const name = textOf(command);
      if (isOwn(name)) return name.startsWith('CN_LOGIN') ? 'Logon' : 'Logoff';
      if (/CREATE|GENERATE|INSERT/.test(name)) return 'Create';
      return /DELETE|DESTROY/.test(name) ? 'Delete' : 'Other';
    }),
  },
  ecs: {
    kind: 'event',
    category: computed('authentication, iam or configuration', [opcode], (command) => {
      if (isOwn(command)) return 'authentication';
      return USERS.test(textOf(command)) ? 'iam' : 'configuration';
    }),
    type: computed('by the command', [opcode], (command) => {
      const name = textOf(command);
      if (isOwn(name)) return name.startsWith('CN_LOGIN') ? 'start' : 'end';
      return USERS.test(name) ? 'user change' : 'access';
    }),
  },
});
