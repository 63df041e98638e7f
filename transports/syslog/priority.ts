/** Facility codes of RFC 5424 table 1 by the names that rsyslog and syslog-ng use. */
export const FACILITIES = {
  kern: 0,
  user: 1,
  mail: 2,
  daemon: 3,
  auth: 4,
  syslog: 5,
  lpr: 6,
  news: 7,
  uucp: 8,
  cron: 9,
  authpriv: 10,
  ftp: 11,
  ntp: 12,
  audit: 13,
  alert: 14,
  clock: 15,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
} as const;

export type FacilityName = keyof typeof FACILITIES;

// informational, notice, warning, error, critical. Alert and emergency stay unused: some relays write those to every terminal.
const SYSLOG_SEVERITY: readonly number[] = [6, 6, 6, 5, 4, 4, 4, 3, 3, 2, 2];

/** `<PRI>` (RFC 5424 6.2.1) for each event severity from 0 (least) to 10. */
export function priorities(facility: FacilityName): readonly string[] {
  return SYSLOG_SEVERITY.map((severity) => `<${FACILITIES[facility] * 8 + severity}>`);
}
