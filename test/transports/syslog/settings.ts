import type { SyslogSettings } from '../../../transports/syslog/index.ts';

type Given = Partial<Omit<SyslogSettings, 'tls'>> & { readonly tls?: Partial<SyslogSettings['tls']> };

/** Settings with the defaults that the schema says, but short waits and the shortest header. */
export function syslogSettings({ tls, ...given }: Given): SyslogSettings {
  return {
    host: '127.0.0.1',
    hosts: [],
    balance: 'failover',
    port: null,
    protocol: 'tls',
    header: 'rfc5424',
    framing: null,
    confirm: null,
    max_message_bytes: 32_768,
    connections: 2,
    facility: 'local0',
    app_name: 'trailferry',
    hostname: '{host}',
    msgid: '{log_type}',
    structured_data: false,
    enterprise_number: 32_473,
    connect_timeout: 2_000,
    confirm_after: 8 * 1024 * 1024,
    confirm_interval: 2_000,
    stall_timeout: 1_000,
    ...given,
    tls: { ca_file: null, cert_file: null, key_file: null, server_name: null, min_version: 'TLSv1.2', ...tls },
  };
}
