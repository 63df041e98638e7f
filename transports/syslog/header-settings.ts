import type { SettingsSchema } from '../transport.ts';
import type { FrameStyle } from './envelope.ts';
import { FACILITIES, type FacilityName } from './priority.ts';
import { isIPv6Name, TEMPLATE_FIELDS, templateFault } from './template.ts';

/** The settings of a syslog header, whatever carries it. */
export interface HeaderSettings {
  readonly header: 'rfc5424' | 'rfc3164';
  readonly facility: FacilityName;
  readonly app_name: string;
  readonly hostname: string;
  readonly msgid: string;
  /** `null`: where the event's text does not say the same. */
  readonly structured_data: boolean | null;
  readonly enterprise_number: number;
}

const FIELDS = `It may hold ${TEMPLATE_FIELDS}; what an object does not tell is \`unknown\`.`;

export const headerSchema = {
  header: {
    doc: 'Header before each event: `rfc5424`, or `rfc3164` for receivers that know only the old one (time stamp in local time, without year).',
    format: ['rfc5424', 'rfc3164'],
    default: 'rfc5424',
  },
  facility: { doc: 'Syslog facility of all events.', format: Object.keys(FACILITIES), default: 'local0' },
  hostname: {
    doc: `HOSTNAME of the header, by which QRadar tells log sources apart: with \`aws-{log_type}-{account}\`, each log type of each account is one. ${FIELDS} At most 255 characters, never an IPv6 address.`,
    format: 'String',
    default: '{host}',
    example: 'aws-{log_type}-{account}',
  },
  app_name: {
    doc: `APP-NAME of the header (rfc5424, at most 48 characters), or TAG (rfc3164, at most 32). ${FIELDS}`,
    format: 'String',
    default: 'trailferry',
  },
  msgid: {
    doc: `MSGID of the header, at most 32 characters; rfc3164 has none. ${FIELDS}`,
    format: 'String',
    default: '{log_type}',
  },
  structured_data: {
    doc: 'Put event id, account and region into the structured data of the header (rfc5424), so that a resend can be recognised. By default with every format but leef and cef, whose text says the same.',
    format: 'Boolean',
    default: null,
  },
  enterprise_number: {
    doc: 'Private enterprise number (IANA) of the structured data: `trailferry@NUMBER`. The default is the number for examples (RFC 5612); set your own if your receivers tell such data apart.',
    format: 'count',
    default: 32473,
  },
} as const satisfies SettingsSchema;

/** Faults that no single setting shows. */
export function checkHeader(settings: HeaderSettings): (readonly [path: string, message: string])[] {
  const templates = (['hostname', 'app_name', 'msgid'] as const).flatMap((name): [string, string][] => {
    const fault = templateFault(settings[name]);
    return fault === undefined ? [] : [[name, fault]];
  });
  if (isIPv6Name(settings.hostname)) return [['hostname', 'an IPv6 address cannot be routed by QRadar: use a name']];
  const data = settings.header === 'rfc3164' && settings.structured_data === true;
  return data ? [...templates, ['structured_data', 'needs header rfc5424: rfc3164 has no place for it']] : templates;
}

/** The part of a frame's style that these settings say. @param thisHost this host's name */
export function headerStyle(
  settings: HeaderSettings,
  thisHost: string,
): Omit<FrameStyle, 'framing' | 'maxMessageBytes'> {
  return {
    header: settings.header,
    facility: settings.facility,
    hostname: settings.hostname,
    appName: settings.app_name,
    msgId: settings.msgid,
    thisHost,
    structuredData: settings.structured_data,
    enterprise: settings.enterprise_number,
  };
}
