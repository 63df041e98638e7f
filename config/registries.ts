import type { LogType } from '../formats/log-type.ts';
import { allLogTypes, logTypeNames } from '../formats/log-types/index.ts';
import { transportTypes } from '../transports/index.ts';
import type { TransportType } from '../transports/transport.ts';

/** What a configuration can name. The configuration knows no transport and no log type of its own. */
export interface Registries {
  readonly transports: readonly TransportType<never>[];
  /** Names of log types. */
  readonly logTypes: readonly string[];
  /** The log types of a name: more than one where it has several faces. */
  readonly mappingsOf: (logType: string) => readonly LogType[];
}

/** All that this program has. */
export const registries: Registries = {
  transports: transportTypes,
  logTypes: logTypeNames,
  mappingsOf: (name) => allLogTypes.filter((type) => type.name === name),
};
