/** The version of the schema that events are written in. Later ones of the same major version only add to it. */
export const OCSF_VERSION = '1.3.0';

/** An event class of OCSF: https://schema.ocsf.io/1.3.0/classes. */
export interface OcsfClass {
  readonly uid: number;
  readonly caption: string;
  readonly category: { readonly uid: number; readonly caption: string };
  /**
   * Its attributes besides those of every class, as far as a log type may fill them. `name@profile`: the class has it by a
   * profile, which an event with it must name.
   */
  readonly attributes: readonly string[];
  /** Where the one who acts stands; `actor.user` unless said. */
  readonly subject?: string;
  /** Captions of its activities by their ids, without 0 (Unknown) and 99 (Other). */
  readonly activities: readonly string[];
}

const SYSTEM = { uid: 1, caption: 'System Activity' };
const FINDINGS = { uid: 2, caption: 'Findings' };
const IAM = { uid: 3, caption: 'Identity & Access Management' };
const NETWORK = { uid: 4, caption: 'Network Activity' };
const DISCOVERY = { uid: 5, caption: 'Discovery' };
const APPLICATION = { uid: 6, caption: 'Application Activity' };

const list = (names: string): readonly string[] => names.trim().split(/\s+/);
const captions = (names: string): readonly string[] => names.split(',').map((name) => name.trim());

const ENDS = 'src_endpoint dst_endpoint';
const FLOW = `${ENDS} connection_info traffic app_name tls action@security_control firewall_rule@security_control
  load_balancer@load_balancer device@host actor@host`;
const FOUND = 'finding_info resources';
const LIFE = 'Create, Update, Close';
const CONNECTION = 'Open, Close, Reset, Fail, Refuse, Traffic, Listen';

/** The classes that AWS logs become. */
export const OCSF_CLASSES = {
  base_event: {
    uid: 0,
    caption: 'Base Event',
    category: { uid: 0, caption: 'Uncategorized' },
    attributes: [],
    activities: [],
  },
  process_activity: {
    ...{ uid: 1007, caption: 'Process Activity', category: SYSTEM, attributes: list('actor device process') },
    activities: captions('Launch, Terminate, Open, Inject, Set User ID'),
  },
  vulnerability_finding: {
    ...{ uid: 2002, caption: 'Vulnerability Finding', category: FINDINGS },
    attributes: list(`${FOUND} vulnerabilities`),
    activities: captions(LIFE),
  },
  compliance_finding: {
    ...{ uid: 2003, caption: 'Compliance Finding', category: FINDINGS },
    attributes: list(`${FOUND} compliance`),
    activities: captions(LIFE),
  },
  detection_finding: {
    ...{ uid: 2004, caption: 'Detection Finding', category: FINDINGS },
    attributes: list(`${FOUND} evidences vulnerabilities action@security_control firewall_rule@security_control
      malware@security_control`),
    subject: 'evidences.0.actor.user',
    activities: captions(LIFE),
  },
  data_security_finding: {
    ...{ uid: 2006, caption: 'Data Security Finding', category: FINDINGS },
    attributes: list('finding_info databucket database src_endpoint actor@host api@cloud action@security_control'),
    activities: captions(`${LIFE}, Suppressed`),
  },
  account_change: {
    ...{ uid: 3001, caption: 'Account Change', category: IAM },
    attributes: list('actor user src_endpoint http_request policy api@cloud'),
    activities: captions(
      `Create, Enable, Password Change, Password Reset, Disable, Delete, Attach Policy, Detach Policy, Lock, MFA Factor Enable,
      MFA Factor Disable`,
    ),
  },
  authentication: {
    ...{ uid: 3002, caption: 'Authentication', category: IAM },
    attributes: list(`user actor ${ENDS} http_request service session is_mfa api@cloud device@host`),
    subject: 'user',
    activities: captions('Logon, Logoff, Authentication Ticket, Service Ticket Request, Service Ticket Renew, Preauth'),
  },
  network_activity: {
    ...{ uid: 4001, caption: 'Network Activity', category: NETWORK, attributes: list(FLOW) },
    activities: captions(CONNECTION),
  },
  http_activity: {
    ...{ uid: 4002, caption: 'HTTP Activity', category: NETWORK },
    attributes: list(`${FLOW} http_request http_response file`),
    activities: captions('Connect, Delete, Get, Head, Options, Post, Put, Trace'),
  },
  dns_activity: {
    ...{ uid: 4003, caption: 'DNS Activity', category: NETWORK },
    attributes: list(`${ENDS} connection_info query answers rcode rcode_id action@security_control
      firewall_rule@security_control`),
    activities: ['Query', 'Response', '', '', '', 'Traffic'],
  },
  ssh_activity: {
    ...{ uid: 4007, caption: 'SSH Activity', category: NETWORK, attributes: list(FLOW) },
    activities: captions(CONNECTION),
  },
  tunnel_activity: {
    ...{ uid: 4014, caption: 'Tunnel Activity', category: NETWORK },
    attributes: list(`${ENDS} connection_info traffic user session tunnel_interface action@security_control`),
    subject: 'user',
    activities: captions('Open, Close, Renew'),
  },
  inventory_info: {
    ...{ uid: 5001, caption: 'Device Inventory Info', category: DISCOVERY, attributes: list('actor device') },
    activities: captions('Log, Collect'),
  },
  config_state: {
    ...{ uid: 5002, caption: 'Device Config State', category: DISCOVERY, attributes: list('actor device') },
    activities: captions('Log, Collect'),
  },
  api_activity: {
    ...{ uid: 6003, caption: 'API Activity', category: APPLICATION },
    attributes: list(`actor api ${ENDS} http_request resources`),
    activities: captions('Create, Read, Update, Delete'),
  },
  datastore_activity: {
    ...{ uid: 6005, caption: 'Datastore Activity', category: APPLICATION },
    attributes: list(`actor ${ENDS} database databucket table query_info http_request`),
    activities: captions('Read, Update, Connect, Query, Write, Create, Delete, List, Encrypt, Decrypt'),
  },
} as const satisfies Readonly<Record<string, OcsfClass>>;

export type OcsfClassName = keyof typeof OCSF_CLASSES;
