import type { Setting } from '../transports/transport.ts';
import type { PrioritySettings } from './config.ts';
import type { Names } from './schema.ts';

/** How log types rank where the configuration does not say. All others are normal. */
export const DEFAULT_PRIORITIES: Pick<PrioritySettings, 'high' | 'low'> = {
  /** What somebody may have to act on, and who did what. */
  high: [
    ...['guardduty', 'securityhub', 'macie', 'inspector', 'network-firewall', 'crowdstrike-fdr', 'config-compliance'],
    ...['cloudtrail', 'cloudhsm', 'client-vpn', 'eks-audit', 'windows-event', 'linux-secure'],
  ],
  /** What there is most of, and which is looked at afterwards: traffic, look-ups of names, accesses. */
  low: [
    ...['vpc-flow', 'tgw-flow', 'route53-resolver', 'route53-public-query', 'global-accelerator', 'vpc-lattice'],
    ...['alb', 'alb-connection', 'alb-health-check', 'nlb', 'clb', 'cloudfront', 's3-access', 'api-gateway'],
    ...['nginx-access', 'apache-access'],
  ],
};

/** Which log types go first where a destination has a limit. */
export function prioritySection(logTypes: readonly string[]): Names<PrioritySettings> {
  const types = (doc: string): Setting => ({ doc, format: logTypes, list: true, default: [] });
  const { high, low } = DEFAULT_PRIORITIES;
  return {
    high: types(
      `Log types that go first when there is more than the limit lets go: six events in ten are of these, three are normal, one is low, and what one does not use the others get. High without being named: ${high.join(', ')}.`,
    ),
    normal: types('Log types that are neither, though they were high or low without being named.'),
    low: types(`Log types that give way. Low without being named: ${low.join(', ')}.`),
  };
}
