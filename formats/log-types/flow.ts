import type { FieldValue } from '../event.ts';
import type { Computed } from '../expression.ts';
import { choose, computed, text } from '../functions.ts';
import { hiveKey, serviceKey } from './keys.ts';

/** What VPC and Transit Gateway flow logs have in common. Both come under the same keys: only their header tells which. */

const FILE = '(?:\\d{2}/)?[^/]+\\.log\\.(?:gz|parquet)$';

export const FLOW_KEYS: readonly RegExp[] = [serviceKey('vpcflowlogs', FILE), hiveKey('vpcflowlogs', FILE)];

/** The address in the packet, where it is not the interface's own. */
export const packetAddress = (packet: string, own: string): Computed =>
  computed(`${packet} where it is not ${own}`, [packet, own], (value, other) =>
    value === other ? undefined : (value as FieldValue),
  );

/** AWS writes `unknown` where it cannot tell, as with some NODATA records. */
export const knownAccount = text('account-id', 'account-id', (value) => (value === 'unknown' ? undefined : value));

export const notOk = choose('log-status', { NODATA: 'NODATA', SKIPDATA: 'SKIPDATA' });
