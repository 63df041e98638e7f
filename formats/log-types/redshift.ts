import { excerpt } from '../excerpts.ts';
import { first } from '../functions.ts';
import { REDSHIFT_TIME, timeIn } from '../written-times.ts';
import { serviceKey } from './keys.ts';

/** What the log types of Redshift share: the names of its objects and log groups, and a way to write times. */

export type RedshiftLog = 'connectionlog' | 'userlog' | 'useractivitylog';

export function redshiftKey(log: RedshiftLog): RegExp {
  return serviceKey('redshift', `\\d{12}_redshift_[^_/]+_[^/]+_${log}_`);
}

/** Clusters have a folder of their own; serverless workgroups go by their names alone. */
export function redshiftGroup(log: RedshiftLog): RegExp {
  return new RegExp(`^/aws/redshift/(?:cluster/)?[^/:]+/${log}(?::|$)`);
}

export const redshiftCluster = first(
  excerpt('@key', /\/\d{12}_redshift_[^_/]+_([^/]+)_(?:connectionlog|userlog|useractivitylog)_/, 'cluster'),
  excerpt('@log_group', /^\/aws\/redshift\/(?:cluster\/)?([^/]+)\//, 'cluster or workgroup'),
);

export const redshiftTime = timeIn('recordtime', REDSHIFT_TIME);
