import type { Forms } from '../layout.ts';

/** What a message about log-ins and accounts says, and how bad that is. */
export interface SecureKind {
  readonly label: string;
  readonly outcome?: 'success' | 'failure';
  readonly severity: number;
  readonly ocsf?: 'Logon' | 'Logoff' | 'Create' | 'Delete' | 'Password Change' | 'Other';
}

const success = (label: string, ocsf: SecureKind['ocsf'], severity = 1): SecureKind => ({
  ...{ label, outcome: 'success', severity },
  ...(ocsf === undefined ? {} : { ocsf }),
});
const failure = (label: string, ocsf: SecureKind['ocsf'] = 'Logon', severity = 5): SecureKind => ({
  ...{ label, outcome: 'failure', severity },
  ocsf,
});

export const SECURE_KINDS: Readonly<Record<string, SecureKind>> = {
  SSH_LOGIN: success('SSH log-in accepted', 'Logon'),
  SSH_LOGIN_FAILED: failure('SSH log-in failed'),
  SSH_INVALID_USER: failure('SSH log-in of an unknown user'),
  SSH_NOT_ALLOWED: failure('SSH log-in of a user who may not'),
  SSH_TOO_MANY_FAILURES: failure('SSH log-in given up after too many failures', 'Logon', 6),
  SSH_CONNECTION: { label: 'SSH connection', severity: 1 },
  SSH_DISCONNECT: { label: 'SSH connection closed', severity: 1 },
  SSH_NO_IDENTIFICATION: { label: 'SSH connection without identification', severity: 2 },
  AUTHENTICATION_FAILED: failure('Authentication failed'),
  SESSION_OPENED: success('Session opened', 'Logon'),
  SESSION_CLOSED: success('Session closed', 'Logoff'),
  SUDO: success('Command run by sudo', undefined, 2),
  SUDO_DENIED: failure('Command denied by sudo', undefined),
  SU: success('User switched by su', 'Logon', 2),
  SU_FAILED: failure('Switch of user by su failed'),
  USER_CREATED: success('User created', 'Create', 3),
  USER_DELETED: success('User deleted', 'Delete', 3),
  USER_CHANGED: success('User changed', 'Other', 3),
  GROUP_CREATED: success('Group created', undefined, 3),
  GROUP_MEMBER_ADDED: success('User added to a group', 'Other', 4),
  PASSWORD_CHANGED: success('Password changed', 'Password Change', 3),
};

const FROM = String.raw`(?<source>[^ \t\r\n]+) port (?<port>\d{1,5})`;
const form = (kind: string, pattern: string): readonly [string, RegExp] => [kind, new RegExp(pattern)];

/**
 * Messages of sshd, PAM, sudo, su and the shadow tools. A user's name is whatever a stranger typed: it goes on up to the
 * last `from`, and the address is what stands at the end, so that nobody can put another address there.
 */
export const SECURE_MESSAGES: Forms = [
  form(
    'SSH_LOGIN',
    `^Accepted (?<method>[^ \\t\\r\\n]+) for (?<user>[^ \\t\\r\\n]+) from ${FROM}(?: ssh2)?(?:: (?<key>[\\s\\S]*))?$`,
  ),
  form(
    'SSH_LOGIN_FAILED',
    `^Failed (?<method>[^ \\t\\r\\n]+) for (?:(?:invalid|illegal) user )?(?<user>.*) from ${FROM}(?: ssh2)?(?:: [^ \\t\\r\\n]+ [^ \\t\\r\\n]+)?$`,
  ),
  form('SSH_INVALID_USER', `^(?:Invalid|Illegal) user (?<user>.*) from ${FROM}$`),
  form('SSH_INVALID_USER', '^(?:Invalid|Illegal) user (?<user>.*) from (?<source>[^ \\t\\r\\n]+)$'),
  form('SSH_NOT_ALLOWED', '^User (?<user>.*) from (?<source>[^ \\t\\r\\n]+) not allowed because (?<reason>[^\\n]*)$'),
  form(
    'SSH_TOO_MANY_FAILURES',
    `^(?:error: )?maximum authentication attempts exceeded for (?:invalid user )?(?<user>.*) from ${FROM}(?: ssh2)?(?: \\[preauth\\])?$`,
  ),
  form(
    'SSH_CONNECTION',
    `^Connection from ${FROM} on (?<destination>[^ \\t\\r\\n]+) port (?<destination_port>\\d{1,5})`,
  ),
  form('SSH_DISCONNECT', `^Received disconnect from ${FROM}:\\d+: (?<reason>[^\\n]*?)(?: \\[preauth\\])?$`),
  form(
    'SSH_DISCONNECT',
    `^(?:Disconnected from|Connection (?:closed|reset) by)(?: (?:invalid user|authenticating user|user) (?<user>.*))? ${FROM}(?: \\[preauth\\])?$`,
  ),
  form('SSH_NO_IDENTIFICATION', `^Did not receive identification string from ${FROM}$`),
  form(
    'AUTHENTICATION_FAILED',
    '^pam_\\w+\\((?<service>[^):]*):auth\\): authentication failure; logname=[^ \\t\\r\\n]* uid=\\d+ euid=\\d+ tty=[^ \\t\\r\\n]* ruser=[^ \\t\\r\\n]* rhost=(?<source>[^ \\t\\r\\n]*)(?: {1,2}user=(?<user>.*))?$',
  ),
  form(
    'SESSION_OPENED',
    '^pam_\\w+\\((?<service>[^):]*):session\\): session opened for user (?<user>[^ \\t\\r\\n(]+)(?:\\(uid=(?<uid>\\d+)\\))? by (?<by>[^ \\t\\r\\n(]*)\\(uid=(?<by_uid>\\d+)\\)$',
  ),
  form('SESSION_CLOSED', '^pam_\\w+\\((?<service>[^):]*):session\\): session closed for user (?<user>[^ \\t\\r\\n]+)$'),
  form(
    'PASSWORD_CHANGED',
    '^pam_\\w+\\((?<service>[^):]*):chauthtok\\): password changed for (?<target>[^ \\t\\r\\n]+)$',
  ),
  form(
    'SUDO_DENIED',
    '^ *(?<user>[^ \\t\\r\\n]+) : (?<reason>[^;]+) ; TTY=(?<tty>[^ \\t\\r\\n]+) ; PWD=(?<pwd>.*?) ; (?:GROUP=[^ \\t\\r\\n]+ ; )?USER=(?<target>[^ \\t\\r\\n]+) ; (?:[A-Z]+=[^ \\t\\r\\n]+ ; ){0,4}COMMAND=(?<command>[\\s\\S]*)$',
  ),
  form(
    'SUDO',
    '^ *(?<user>[^ \\t\\r\\n]+) : TTY=(?<tty>[^ \\t\\r\\n]+) ; PWD=(?<pwd>.*?) ; (?:GROUP=[^ \\t\\r\\n]+ ; )?USER=(?<target>[^ \\t\\r\\n]+) ; (?:[A-Z]+=[^ \\t\\r\\n]+ ; ){0,4}COMMAND=(?<command>[\\s\\S]*)$',
  ),
  form('SU_FAILED', '^FAILED SU \\(to (?<target>[^)]*)\\) (?<user>[^ \\t\\r\\n]+) on (?<tty>[^ \\t\\r\\n]+)$'),
  form('SU', '^\\(to (?<target>[^)]*)\\) (?<user>[^ \\t\\r\\n]+) on (?<tty>[^ \\t\\r\\n]+)$'),
  form('USER_CREATED', '^new user: name=(?<target>[^,]*), UID=(?<target_uid>\\d+)'),
  form('USER_DELETED', "^delete user '(?<target>[^']*)'"),
  form('GROUP_MEMBER_ADDED', "^add '(?<target>[^']*)' to (?:shadow )?group '(?<group>[^']*)'"),
  form('USER_CHANGED', "^change user '(?<target>[^']*)'"),
  form('GROUP_CREATED', '^(?:new group: name=|group added to [^:]*: name=)(?<group>[^,]*)'),
];
