import { text } from '../functions.ts';
import { serviceKey } from './keys.ts';

/** Parts that logs of load balancers have in common. */

const FILE = '\\d{12}_elasticloadbalancing_[^_/]+_';

/** Keys of one kind of load balancer's logs. @param before what stands before the account in the file name */
export function loadBalancerKey(name: string, before = ''): RegExp {
  return serviceKey('elasticloadbalancing', `(?:\\d{2}/)?${before}${FILE}${name}`);
}

/** Name and id as ARNs write them, `app/name/id`, from the key: dots stand there for slashes. */
export const loadBalancerOfKey = text('@key', 'load balancer in the key', (key) => {
  const found = /_elasticloadbalancing_[^_/]+_((?:app|net)\.[^_/]+)_/.exec(key);
  return found?.[1]?.replaceAll('.', '/');
});
