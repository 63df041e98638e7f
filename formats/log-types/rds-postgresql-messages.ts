import type { Forms } from '../layout.ts';

/**
 * Messages of PostgreSQL and of pgaudit that say the same thing every time. Values stand in the same order as in the
 * server's sources; what a client can put into a message ends at a quote or at the line's end.
 */
export const POSTGRESQL_MESSAGES: Forms = [
  [
    'AUDIT',
    /^AUDIT: (?<audit>SESSION|OBJECT),(?<statement_id>\d+),(?<substatement_id>\d+),(?<class>[A-Z_]*),(?<command>[^,]*),(?<object_type>[^,]*),(?:"(?<quoted_object>(?:[^"]|"")*)"|(?<object>[^,]*)),(?:"(?<quoted_statement>(?:[^"]|"")*)"|(?<statement>[^,]*))(?:,(?<parameters>[\s\S]*))?$/,
  ],
  ['LOG_STATEMENT', /^(?:statement|(?:execute|parse|bind) [^:]*): (?<statement>[\s\S]*)$/],
  [
    'DURATION',
    /^duration: (?<duration>[\d.]+) ms(?:[ \t\r\n]+(?:plan|statement|(?:execute|parse|bind) [^:]*):[ \t\r\n]+(?<statement>[\s\S]*))?$/,
  ],
  ['CONNECTION_RECEIVED', /^connection received: host=(?<from>[^ \t\r\n]+)(?: port=(?<from_port>\d{1,5}))?/],
  [
    'CONNECTION_AUTHORIZED',
    /^(?:replication )?connection authorized: user=(?<auth_user>[^ \t\r\n]+)(?: database=(?<auth_database>[^ \t\r\n]+))?(?: application_name=(?<client>[^\n]*?))?(?: SSL enabled \(protocol=(?<tls_protocol>[^ \t\r\n,]+), cipher=(?<tls_cipher>[^ \t\r\n,)]+)(?![^ \t\r\n,)])[^\n]*)?$/,
  ],
  [
    'CONNECTION_AUTHENTICATED',
    /^connection authenticated: identity="(?<auth_user>[^"]*)" method=(?<method>[^ \t\r\n]+)/,
  ],
  ['DISCONNECTION', /^disconnection: session time: (?<session_time>[\d:.]+)/],
  [
    'AUTHENTICATION_FAILED',
    /^no pg_hba\.conf entry for host "(?<from>[^"]*)", user "(?<auth_user>[^"]*)", database "(?<auth_database>[^"]*)"/,
  ],
  ['AUTHENTICATION_FAILED', /^(?<method>[^ \t\r\n]+) authentication failed for user "(?<auth_user>[^"]*)"/],
];

/** Labels of these messages. */
export const POSTGRESQL_KINDS: Readonly<Record<string, string>> = {
  AUDIT: 'Database audit record',
  LOG_STATEMENT: 'SQL statement',
  DURATION: 'SQL statement completed',
  CONNECTION_RECEIVED: 'Database connection received',
  CONNECTION_AUTHORIZED: 'Database connection authorized',
  CONNECTION_AUTHENTICATED: 'Database user authenticated',
  DISCONNECTION: 'Database connection closed',
  AUTHENTICATION_FAILED: 'Database authentication failed',
};

/** Labels of all other messages, by level. */
export const POSTGRESQL_LABELS: Readonly<Record<string, string>> = {
  ERROR: 'Database error',
  FATAL: 'Database session ended by an error',
  PANIC: 'Database sessions ended by an error',
  WARNING: 'Database warning',
  NOTICE: 'Database notice',
  STATEMENT: 'SQL statement of a message',
  QUERY: 'SQL query of a message',
  DETAIL: 'Detail of a message',
  HINT: 'Hint to a message',
  CONTEXT: 'Context of a message',
};
