import { file } from './file.ts';
import { hec } from './hec/index.ts';
import { relp } from './relp/index.ts';
import { syslog } from './syslog/index.ts';
import type { TransportType } from './transport.ts';

/** All transports. A destination names one by its `type`. A new one is one file or folder, and one line here. */
export const transportTypes: readonly TransportType[] = [syslog, hec, relp, file];
