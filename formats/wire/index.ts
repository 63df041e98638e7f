import { cef } from './cef.ts';
import { ecs } from './ecs.ts';
import type { Format, FormatName } from './formatter.ts';
import { json } from './json.ts';
import { leef } from './leef.ts';
import { ocsf } from './ocsf.ts';
import { raw } from './raw.ts';
import { splunk } from './splunk.ts';

/** All wire formats by the name a configuration uses. */
export const formats: Readonly<Record<FormatName, Format>> = { leef, cef, json, raw, splunk, ocsf, ecs };

export const formatNames: readonly FormatName[] = Object.keys(formats) as FormatName[];
