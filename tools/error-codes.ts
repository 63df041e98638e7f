/**
 * What the page of errors says of codes that stand in no table of the program. A test holds it against the sources: a
 * new code needs an entry here, in the list of the place where it is raised.
 */

/** What becomes of the records, or of the wish, when the error is raised. The page explains each. */
export type Outcome = 'retried' | 'blocked' | 'rejected' | 'quarantined' | 'returned' | 'refused';

export interface ErrorEntry {
  readonly means: string;
  readonly remedy: string;
  readonly outcome: Outcome;
  /** What is special about the outcome here. */
  readonly note?: string;
}

export type Entries = Readonly<Record<string, ErrorEntry>>;

const NOTHING = 'Nothing.';
const UNLESS_OFTEN = 'Nothing, unless it happens often: then `doctor` looks at the way there.';
const REPORT = 'Report it as a bug of trailferry, with the log around it.';

function all(outcome: Outcome, rows: Readonly<Record<string, readonly [means: string, remedy: string]>>): Entries {
  return Object.fromEntries(Object.entries(rows).map(([code, [means, remedy]]) => [code, { means, remedy, outcome }]));
}

/** Raised in `config/`. */
export const CONFIGURATION: Entries = all('refused', {
  'TF-CONFIG': [
    'The configuration has faults. Each is told with file, line, column and setting.',
    'Mend them all; `trailferry check` finds them without starting anything.',
  ],
  'TF-LOOKUP-FILE': [
    'A file of `enrichment` cannot be read, or is not what it should be. Each fault is told with its line.',
    'Mend the file; `trailferry check` opens it, too. A running agent keeps what it read before.',
  ],
  'TF-SECRET-DIRECTORY': [
    'A `credential` is asked for, but systemd shows none to this process.',
    'Name it in the unit with `LoadCredential=`. Commands that are started by hand need `file` or `env` instead.',
  ],
  'TF-SECRET-NAME': ['A text that cannot name a credential.', 'Use letters, digits, `-`, `_` and `.`, but no slash.'],
  'TF-SECRET-FILE': [
    'The file of a secret is not there, is no file, or cannot be read.',
    'Let the setting name a file that the user of the agent may read.',
  ],
  'TF-SECRET-MODE': ['Others than its owner may read or write the file of a secret.', 'Do `chmod 0600` on it.'],
  'TF-SECRET-ENV': ['The environment variable of a secret is not set.', 'Set it where the agent is started.'],
  'TF-SECRET-EMPTY': ['A secret is empty.', 'Put the secret where the setting points.'],
});

/** Raised for one message of a queue, in `agent/`. */
export const MESSAGES: Entries = all('returned', {
  'TF-MESSAGE-UNKNOWN': [
    'The body of a message is no notification that is known.',
    "Find out who sends it. After `maxReceiveCount` receives the queue's redrive policy puts it among the dead letters.",
  ],
  'TF-MESSAGE-BUCKET': [
    'A message names a bucket that the `buckets` of its queue do not allow. Nothing was read from it.',
    'Add the bucket if it is yours; else find out who may send to the queue.',
  ],
  'TF-DESTINATION-DOWN': [
    'A destination of the queue takes nothing at the moment, so messages wait in the queue.',
    '`trailferry status` says which one and why, `trailferry doctor` what to do.',
  ],
  'TF-AGENT-STOP': ['The agent was stopped before all records of the message were settled.', NOTHING],
  'TF-PROGRAM-FAULT': ['A fault of the program over one message; all others go on.', REPORT],
});

/** Raised over records and objects in `formats/` and `agent/`. */
export const RECORDS: Entries = {
  ...all('quarantined', {
    'TF-RECORD-TOO-LARGE': [
      'The record is larger than 16 MiB; its first bytes are kept.',
      'See with `quarantine show` what it is; such a record is rarely a log record.',
    ],
    'TF-RECORD-FAULT': ['A fault of the program while it converted the record.', REPORT],
    'TF-EVENT-TOO-LARGE': [
      'The event does not fit into the longest message of the destination, even without its long fields.',
      'Raise `max_message_bytes` here and at the receiver, then `quarantine retry`.',
    ],
    'TF-REDACT-PLACE': [
      'What `redact` or the defaults ask to hide cannot be found in the text of the record, so the record is not sent.',
      'See with `quarantine show` what is odd about it.',
    ],
    'TF-JSON-INVALID': ['The record is not valid JSON.', 'See with `quarantine show` what wrote it.'],
    'TF-JSON-NO-OBJECT': [
      'A JSON value that is no object stands where a record should.',
      'See with `quarantine show` what wrote it; if the object holds text, set its type under `log_types`.',
    ],
    'TF-JSON-TRUNCATED': ['The JSON ends before it is complete.', 'Look at the object in S3: was it written in full?'],
    'TF-COLUMNS-FEW': [
      'The line has fewer columns than its log type needs.',
      'Set the right type for these keys under `log_types`, then `quarantine retry`.',
    ],
    'TF-COLUMNS-UNNAMED': [
      'No header line names the columns, and the log type cannot tell them by their number.',
      'Let the log be written with its header, or in the default format.',
    ],
    'TF-PAIRS-NONE': [
      'The record has none of the lines `name: value` that its log type is made of.',
      'Set the right type for these keys under `log_types`, then `quarantine retry`.',
    ],
    'TF-PATTERN-MISS': [
      'The record has not the form of its log type.',
      'Set the right type for these keys under `log_types`, then `quarantine retry`.',
    ],
    'TF-XML-INVALID': ['The record is no XML document.', 'See with `quarantine show` what wrote it.'],
    'TF-ENVELOPE-EMPTY': [
      'An envelope (CloudWatch Logs, EventBridge, SNS, FireLens) has not the part that holds the record.',
      'See with `quarantine show` what wrote it.',
    ],
  }),
  ...all('refused', {
    'TF-RECORD-FILTERED': [
      '`quarantine retry`: a filter keeps the record from its destination now.',
      '`quarantine drop` takes it out.',
    ],
    'TF-RECORD-EMPTY': [
      '`quarantine retry`: the quarantined bytes hold no record.',
      'Look at it with `quarantine show`.',
    ],
  }),
};

const DAMAGED = 'Look at the object in S3. Once it is repaired, send its notification again.';
const PACKED = 'Let it be written with gzip or zstd, or not compressed.';

/** Raised over a whole object: what came before the fault was read, the rest is quarantined as a pointer to it. */
export const OBJECTS: Entries = {
  ...all('quarantined', {
    'TF-GZIP-CORRUPT': ['The gzip data is corrupt.', DAMAGED],
    'TF-GZIP-TRUNCATED': ['The gzip data ends before it is complete.', DAMAGED],
    'TF-GZIP-TRAILING': ['Something else follows the gzip data.', DAMAGED],
    'TF-ZSTD-CORRUPT': ['The Zstandard data is corrupt.', DAMAGED],
    'TF-ZSTD-TRUNCATED': ['The Zstandard data ends before it is complete.', DAMAGED],
    'TF-ZSTD-TRAILING': ['Something else follows the Zstandard data.', DAMAGED],
    'TF-ZSTD-WINDOW': [
      'The Zstandard data needs a window of more than 8 MiB.',
      'Compress it without `--long` or `--ultra`.',
    ],
    'TF-ZIP-CORRUPT': ['The zip data is corrupt.', DAMAGED],
    'TF-ZIP-TRUNCATED': ['The zip data ends before it is complete.', DAMAGED],
    'TF-ZIP-ENCRYPTED': ['The file in the zip archive is encrypted.', PACKED],
    'TF-ZIP-ENTRIES': ['The zip archive holds no file, or more than one.', 'Let one object hold one log file.'],
    'TF-ZIP-METHOD': ['The file in the zip archive is packed by a method that is not read.', PACKED],
    'TF-SNAPPY-CORRUPT': ['The snappy data is corrupt.', DAMAGED],
    'TF-SNAPPY-TRUNCATED': ['The snappy data ends before it is complete.', DAMAGED],
    'TF-COMPRESSION-DEPTH': [
      'The object is compressed more than twice.',
      'Find out what writes it: this may be an attack.',
    ],
    'TF-PARQUET-CODEC': [
      'The pages of the Parquet file are compressed in a way that is not read.',
      'Write it with zstd, gzip or snappy.',
    ],
    'TF-PARQUET-DAMAGED': ['The Parquet file is not what its own words say.', DAMAGED],
    'TF-PARQUET-ENCODING': [
      'Values of the Parquet file are encoded in a way that is not read.',
      'Write it with usual encodings.',
    ],
    'TF-PARQUET-ENCRYPTED': [
      'The Parquet file is encrypted by itself.',
      'Encrypt it by S3 instead: trailferry has no keys for that.',
    ],
    'TF-PARQUET-ROW': ['One row of the Parquet file holds too many values in its lists.', 'Find out what writes it.'],
    'TF-PARQUET-TOO-LARGE': [
      'The Parquet file has more rows, a longer footer or larger row groups than are read.',
      'Write smaller files or row groups.',
    ],
    'TF-PARQUET-TRUNCATED': ['The Parquet file has lost its end, without which none of it is read.', DAMAGED],
  }),
};

/** What the tables in `agent/aws/faults.ts` do not say: what a code means. */
export const AWS_MEANINGS: Readonly<Record<string, string>> = {
  'TF-AWS-ASSUME-ROLE': 'The role of `assume_role` may not be taken on.',
  'TF-AWS-CREDENTIALS': 'There are no credentials, or AWS does not take them.',
  'TF-AWS-CLOCK': 'The clock of this host is wrong.',
  'TF-AWS-TLS': 'The certificate of AWS, or of a proxy in between, is not trusted.',
  'TF-S3-403-KMS': 'The object is encrypted with a KMS key that the agent may not use, or that is gone.',
  'TF-S3-403': 'The agent may not read the object.',
  'TF-S3-404-BUCKET': 'The bucket does not exist.',
  'TF-S3-404': 'The object is not there.',
  'TF-S3-ARCHIVED': 'The object is in an archive storage class.',
  'TF-S3-412': 'The object was overwritten after it was announced.',
  'TF-S3-REGION': 'The bucket is in another region.',
  'TF-S3-503': 'S3 is busy.',
  'TF-S3-BUCKET': 'The notification names what cannot be the name of a bucket.',
  'TF-S3-NET': 'S3 cannot be reached, or the connection broke.',
  'TF-S3-OTHER': 'S3 gave an answer that no other code stands for.',
  'TF-SQS-403-KMS': 'The queue is encrypted with a KMS key that the agent may not use, or that is gone.',
  'TF-SQS-403': 'The agent may not do with the queue what it has to.',
  'TF-SQS-LEASE': 'A message was held for too long, or is held by another receiver now.',
  'TF-SQS-404': 'The queue does not exist.',
  'TF-SQS-OVERLIMIT': 'Too many messages of the queue are in flight.',
  'TF-SQS-503': 'SQS is busy.',
  'TF-SQS-NET': 'SQS cannot be reached, or the connection broke.',
  'TF-SQS-OTHER': 'SQS gave an answer that no other code stands for.',
};

/** Outcomes of single AWS codes that differ from those of the others in their table. */
export const AWS_NOTES: Readonly<Record<string, Pick<ErrorEntry, 'outcome' | 'note'>>> = {
  'TF-S3-412': { outcome: 'retried', note: 'what is there now is read instead, as another object' },
  'TF-SQS-LEASE': { outcome: 'returned', note: 'what was delivered is remembered' },
};

/** Raised by any transport, in `transports/` and `agent/delivery/`. */
export const ANY_DESTINATION: Entries = {
  ...all('blocked', {
    'TF-TLS-FILE': [
      'A file of the `tls` section cannot be read, or holds no certificate.',
      'Let the setting name a PEM file that the agent may read.',
    ],
    'TF-TLS-UNVERIFIED': [
      'NODE_TLS_REJECT_UNAUTHORIZED=0 asks for connections that verify nothing.',
      'Remove it from the environment, and name the authority in `tls.ca_file`.',
    ],
  }),
  ...all('blocked', {
    'TF-HOSTS-BLOCKED': [
      'Every host of the destination waits for a person; the message names each with its reason.',
      'Do what the message says; one host that takes events again is enough.',
    ],
  }),
  ...all('retried', {
    'TF-HOSTS-DOWN': ['No host of the destination takes events; the message names each with its reason.', UNLESS_OFTEN],
  }),
  ...all('retried', { 'TF-TRANSPORT-FAULT': ['A fault of the program in a transport.', REPORT] }),
};

export const SYSLOG: Entries = all('rejected', {
  'TF-SYSLOG-DATAGRAM-SIZE': ['The event is longer than a datagram can be.', 'Lower `max_message_bytes`.'],
});

export const RELP: Entries = all('rejected', {
  'TF-RELP-REJECTED': ['The RELP server refused single events.', 'Look into its log; then `quarantine retry`.'],
});

export const HEC: Entries = {
  ...all('retried', {
    'TF-HEC-ABORTED': ['Sending was aborted.', NOTHING],
    'TF-HEC-ACK-TIMEOUT': [
      'Events were taken but not acknowledged in time; they are sent again on a new channel.',
      'If it lasts, look whether the indexers keep up; or raise `ack_timeout`.',
    ],
    'TF-HEC-CHANNEL': ['Acknowledgements of a channel cannot be trusted, or do not come.', UNLESS_OFTEN],
    'TF-HEC-CLOSED': ['The agent is stopping.', NOTHING],
    'TF-HEC-CONNECTION': ['There was no whole answer: the connection failed, broke, or was silent.', UNLESS_OFTEN],
    'TF-HEC-STALLED': [
      'No byte moved for `stall_timeout` while the connection was made or a request went out.',
      UNLESS_OFTEN,
    ],
  }),
  ...all('blocked', {
    'TF-HEC-NO-ACK': [
      'The token takes events, but acknowledges none.',
      'Turn on "Enable indexer acknowledgement" for the token, or set `ack: false`.',
    ],
    'TF-HEC-TLS': [
      'The TLS connection cannot be made; the message says why.',
      '`trailferry doctor` says what is wrong with which certificate.',
    ],
    'TF-HEC-TOKEN': ['The token cannot be read.', 'Let `token` point to a secret that the agent may read.'],
  }),
  ...all('rejected', {
    'TF-HEC-REJECTED': [
      'Splunk refused single events; the message says why, with the HEC code.',
      'See `quarantine show`, mend the cause, then `quarantine retry`.',
    ],
  }),
};

/** Splunk's words for the codes of HEC. */
export const HEC_TEXTS: Readonly<Record<number, string>> = {
  1: 'Token disabled',
  2: 'Token is required',
  3: 'Invalid authorization',
  4: 'Invalid token',
  5: 'No data',
  6: 'Invalid data format',
  7: 'Incorrect index',
  8: 'Internal server error',
  9: 'Server is busy',
  10: 'Data channel is missing',
  11: 'Invalid data channel',
  12: 'Event field is required',
  13: 'Event field cannot be blank',
  14: 'ACK is disabled',
  15: 'Error in handling indexed fields',
  16: 'Query string authorization is not enabled',
  17: 'HEC is healthy',
  18: 'HEC is unhealthy, queues are full',
  19: 'HEC is unhealthy, ack service unavailable',
  20: 'HEC is unhealthy, queues are full, ack service unavailable',
  21: 'Invalid token',
  22: 'Token disabled',
  23: 'Server is shutting down',
  26: 'Queue is at its capacity limit',
  27: 'ACK channel is at its capacity limit',
};

export const FILE: Entries = {
  ...all('retried', { 'TF-FILE-CLOSED': ['The agent is stopping.', NOTHING] }),
  ...all('blocked', {
    'TF-FILE-FULL': [
      'The finished files have reached `max_total_bytes`. None is deleted, so events wait.',
      'Carry finished files away, or raise `max_total_bytes`.',
    ],
  }),
};
