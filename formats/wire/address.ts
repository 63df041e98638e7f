/** Which kind of address a text is. */
export function addressKind(value: string): 'ipv4' | 'ipv6' | 'name' {
  if (isIpv4(value)) return 'ipv4';
  return isIpv6(value) ? 'ipv6' : 'name';
}

/** Four decimal numbers up to 255. By hand: it is asked twice for every flow, and an expression costs four times more. */
function isIpv4(value: string): boolean {
  if (value.length < 7 || value.length > 15) return false;
  let number = -1;
  let dots = 0;
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if (code === DOT) {
      if (number < 0) return false;
      dots += 1;
      number = -1;
    } else if (code >= 0x30 && code <= 0x39) {
      // A leading zero means octal to some readers, and is no address to others.
      if (number === 0) return false;
      number = (number < 0 ? 0 : number * 10) + code - 0x30;
      if (number > 255) return false;
    } else return false;
  }
  return dots === 3 && number >= 0;
}

const DOT = 0x2e;
const COLON = 0x3a;
const LONGEST_IPV6 = 45;

/** Eight groups of up to four hexadecimal digits, a run of zeros left out at most once, or an IPv4 address for the last two. */
function isIpv6(value: string): boolean {
  if (value.length < 2 || value.length > LONGEST_IPV6) return false;
  let groups = 0;
  let digits = 0;
  let gap = false;
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if (code === COLON) {
      const doubled = value.charCodeAt(at + 1) === COLON;
      if (doubled ? gap : digits === 0 || at + 1 === value.length) return false;
      if (digits > 0) groups += 1;
      digits = 0;
      gap ||= doubled;
      at += doubled ? 1 : 0;
    } else if (code === DOT) {
      return fits(groups + 2, gap) && isIpv4(value.substring(at - digits));
    } else {
      digits += 1;
      if (digits > 4 || !isHex(code)) return false;
    }
  }
  return fits(digits > 0 ? groups + 1 : groups, gap);
}

function fits(groups: number, gap: boolean): boolean {
  return gap ? groups < 8 : groups === 8;
}

function isHex(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
}
