/** Names of IANA protocol numbers that flow logs hold often (https://www.iana.org/assignments/protocol-numbers). */
const NAMES: Readonly<Record<string, string>> = {
  '1': 'ICMP',
  '2': 'IGMP',
  '4': 'IPv4',
  '6': 'TCP',
  '17': 'UDP',
  '41': 'IPv6',
  '47': 'GRE',
  '50': 'ESP',
  '51': 'AH',
  '58': 'IPv6-ICMP',
  '89': 'OSPF',
  '132': 'SCTP',
};

/** The protocol's name where it is a well known number, else what it was. */
export function protocolName(value: string): string {
  return NAMES[value] ?? value;
}
