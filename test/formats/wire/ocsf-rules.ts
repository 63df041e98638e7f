/**
 * What OCSF 1.3.0 says of the classes and objects that we write (https://schema.ocsf.io/1.3.0), as far as we write them: a
 * second hand beside the tables of the program. A path that is new in those is added here out of the schema.
 *
 * A member is `name`, then `!` where it is required, then its kind: `#` an integer, `?` a truth value, `*` any JSON, `[]` a
 * list, `:object`, else a text.
 */
export const OBJECTS: Readonly<Record<string, string>> = {
  account: 'name uid type_id#',
  actor: 'process:process session:session user:user invoked_by',
  api: 'operation! request:request response:response service:service version',
  autonomous_system: 'name number#',
  cloud: 'account:account provider! region zone',
  compliance: 'control standards![] status status_code status_detail status_id#',
  cve: 'uid!',
  database: 'name uid type type_id!#',
  databucket: 'file:file name uid type_id!#',
  device:
    'hostname owner:user image:image instance_uid interface_uid ip name region subnet_uid type type_id!# uid uid_alt vpc_uid zone',
  dns_answer: 'class rdata! type',
  dns_query: 'class hostname! type',
  evidences: `actor:actor api:api connection_info:network_connection_info dst_endpoint:network_endpoint process:process
    query:dns_query src_endpoint:network_endpoint`,
  feature: 'name uid version',
  file: 'hashes:fingerprint[] name! path size# type_id!# version',
  finding_info: 'created_time# desc first_seen_time# last_seen_time# modified_time# title! types[] uid!',
  fingerprint: 'algorithm_id!# value!',
  firewall_rule: 'category name type uid version',
  http_request: 'args http_method length# referrer uid url:url user_agent version',
  http_response: 'code!# latency# length# message',
  load_balancer: 'classification code# dst_endpoint:network_endpoint name uid',
  location: 'city country region',
  metadata: 'event_code log_level log_name log_provider product!:product profiles[] tenant_uid uid version!',
  network_connection_info: 'boundary_id# direction_id!# protocol_name protocol_num# protocol_ver_id# tcp_flags# uid',
  network_endpoint: `autonomous_system:autonomous_system domain hostname instance_uid interface_uid ip location:location mac
    name port# subnet_uid svc_name uid vpc_uid zone`,
  network_interface: 'ip name type_id!# uid',
  network_traffic: 'bytes# bytes_in# bytes_out# packets# packets_in# packets_out#',
  policy: 'name uid',
  process: 'cmd_line file:file name parent_process:process pid# uid',
  product: 'feature:feature name uid vendor_name! version',
  query_info: 'name query_string! uid',
  request: 'data* uid!',
  resource_details: 'name namespace region type uid',
  response: 'code# error message',
  service: 'name uid version',
  session: 'is_mfa? issuer uid created_time#',
  table: 'name uid',
  tls: 'cipher sni version!',
  url: 'hostname path port# query_string scheme url_string',
  user: 'credential_uid domain email_addr name type type_id# uid uid_alt',
  vulnerability: 'cve:cve',
};

/** Of these members an object must have one at least. */
export const ONE_OF: Readonly<Record<string, string>> = {
  account: 'name uid',
  actor: 'process user invoked_by session',
  autonomous_system: 'number name',
  database: 'name uid',
  databucket: 'name uid',
  device: 'ip uid name hostname instance_uid interface_uid',
  firewall_rule: 'name uid',
  load_balancer: 'name uid',
  location: 'city country region',
  network_endpoint: 'ip uid name hostname svc_name instance_uid interface_uid',
  network_interface: 'ip name',
  process: 'pid uid',
  product: 'name uid',
  query_info: 'name uid',
  resource_details: 'name uid',
  service: 'name uid',
  url: 'url_string path',
  user: 'name uid',
  vulnerability: 'cve',
};

const EVERY = `activity_id!# activity_name category_name category_uid!# class_name class_uid!# cloud:cloud count# duration#
  end_time# message metadata!:metadata severity severity_id!# start_time# status status_code status_detail status_id# time!#
  type_name type_uid!# unmapped*`;
const FLOW = `src_endpoint:network_endpoint connection_info:network_connection_info traffic:network_traffic app_name tls:tls
  action action_id# firewall_rule:firewall_rule load_balancer:load_balancer device:device actor:actor`;
const FOUND = 'finding_info!:finding_info resources:resource_details[]';

/** Attributes of the classes by their ids. */
export const CLASSES: ReadonlyMap<number, string> = new Map(
  Object.entries({
    0: '',
    1007: 'actor!:actor device!:device process!:process',
    2002: `${FOUND} vulnerabilities!:vulnerability[]`,
    2003: `${FOUND} compliance!:compliance`,
    2004: `${FOUND} vulnerabilities:vulnerability[] evidences:evidences[] action action_id# firewall_rule:firewall_rule`,
    2006: `finding_info!:finding_info databucket:databucket src_endpoint:network_endpoint actor:actor api:api action action_id#`,
    3001: `user!:user actor:actor api:api src_endpoint:network_endpoint http_request:http_request policy:policy`,
    3002: `user!:user actor:actor api:api src_endpoint:network_endpoint dst_endpoint:network_endpoint device:device
      http_request:http_request service:service session:session is_mfa?`,
    4001: `dst_endpoint!:network_endpoint ${FLOW}`,
    4002: `dst_endpoint!:network_endpoint http_request!:http_request http_response!:http_response ${FLOW}`,
    4003: `src_endpoint:network_endpoint dst_endpoint:network_endpoint connection_info:network_connection_info query:dns_query
      answers:dns_answer[] rcode rcode_id# action action_id# firewall_rule:firewall_rule`,
    4007: `dst_endpoint!:network_endpoint ${FLOW}`,
    4014: `src_endpoint:network_endpoint dst_endpoint:network_endpoint connection_info:network_connection_info
      traffic:network_traffic user:user session:session tunnel_interface:network_interface action action_id#`,
    5001: 'device!:device actor:actor',
    5002: 'device!:device actor:actor',
    6003: `src_endpoint!:network_endpoint actor!:actor api!:api dst_endpoint:network_endpoint http_request:http_request
      resources:resource_details[]`,
    6005: `src_endpoint!:network_endpoint actor!:actor dst_endpoint:network_endpoint database:database databucket:databucket
      table:table query_info:query_info http_request:http_request action action_id#`,
  }).map(([uid, attributes]) => [Number(uid), `${EVERY} ${attributes}`]),
);
