import { isGood, offersOf, wordsOf } from './answers.ts';
import { trouble } from './faults.ts';

/** What we say at `open`. Version 0 is what librelp, and so rsyslog, speaks to this day. */
export const OFFERS = 'relp_version=0\nrelp_software=trailferry\ncommands=syslog';

/**
 * Reads the answer to `open`. Returns the server's software as it calls itself, or nothing.
 * @throws when that is no welcome for syslog messages
 */
export function welcome(data: Buffer, from: number, to: number): string {
  const words = wordsOf(data, from, to);
  if (!isGood(data, from, to)) throw trouble('TF-RELP-OPEN-REFUSED', words);
  const offers = offersOf(data, from, to);
  if (!offers.has('relp_version')) throw trouble('TF-RELP-NOT-RELP', 'it offers no relp_version');
  const commands = offers.get('commands') ?? '';
  if (!commands.split(',').includes('syslog')) throw trouble('TF-RELP-NO-SYSLOG', `it offers "${commands}"`);
  return offers.get('relp_software') ?? '';
}
