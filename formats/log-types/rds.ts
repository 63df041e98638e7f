import { computed, textOf } from '../functions.ts';

/** What the log types of RDS and Aurora databases share: the names that the service gives log groups. */

const GROUP = /^\/aws\/rds\/(?:instance|cluster)\/([^/]+)\//;

/** The log group of one kind of log; Aurora's clusters have one, and each instance elsewhere. */
export function rdsGroup(kind: string): RegExp {
  return new RegExp(`^/aws/rds/(?:instance|cluster)/[^/:]+/${kind}(?::|$)`);
}

/** Keys below a folder that somebody named for MySQL or MariaDB, and for the kind of log in it. */
export function mysqlKey(kind: string): RegExp {
  return new RegExp(`(?:^|/)[^/]*(?:[Mm]y[Ss][Qq][Ll]|[Mm]aria[Dd][Bb])[^/]*/(?:[^/]+/)*[^/]*${kind}`);
}

/** Name of the instance, by which the service names log streams, else of the cluster. */
export const rdsInstance = computed(
  'instance of @log_stream, else of @log_group',
  ['@log_group', '@log_stream'],
  (group, stream) => {
    const owner = GROUP.exec(textOf(group))?.[1];
    // Streams of clusters and of some engines have a number behind the instance.
    return owner === undefined
      ? undefined
      : (/^([A-Za-z][A-Za-z0-9-]*)(?:\.[\w.-]*)?$/.exec(textOf(stream))?.[1] ?? owner);
  },
);
