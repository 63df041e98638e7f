import { isIPv6 } from 'node:net';
import type { SettingsSchema } from '../transport.ts';

/** How several hosts share the events of one destination. */
export type Balance = 'failover' | 'spread';

/** The settings of a destination that may have several hosts. */
export interface HostsSettings {
  readonly host: string | null;
  readonly hosts: readonly string[];
  readonly balance: Balance;
}

/** One listener of a destination. */
export interface Place {
  readonly host: string;
  readonly port: number;
  /** As messages, metrics and the status page call it: `host:port`. */
  readonly name: string;
}

const NAMED = 'A name is resolved anew at each connection, and all its addresses are tried.';

/** The part of a schema that names the listeners. @param listener what they are @param example a name */
export function hostsSchema(listener: string, example: string) {
  return {
    host: {
      doc: `Name or address of the ${listener}. ${NAMED} There must be this one, or \`hosts\`.`,
      format: 'hostname',
      default: null,
      usual: true,
      example,
    },
    hosts: {
      doc: 'More listeners of the same destination, in order: each a name or address, and behind a colon its port where that is not `port`. With `host` beside it, that one goes first.',
      format: 'endpoint',
      default: [],
      list: true,
      example: [`a.${example}`, `b.${example}:6515`],
    },
    balance: {
      doc: 'What several hosts are for. `failover`: the first one that is well gets everything. `spread`: all that are well share the blocks, and events of one object no longer arrive in order. A host that fails is left out at once, looked at in the background, and used again when it has been well for 10 seconds.',
      format: ['failover', 'spread'],
      default: 'failover',
    },
  } as const satisfies SettingsSchema;
}

/** Splits `host`, `host:port`, `[IPv6]:port` or a bare IPv6 address. Undefined when it is none of them. */
export function parseEndpoint(written: string): { readonly host: string; readonly port?: number } | undefined {
  if (isIPv6(written)) return { host: written };
  const [, v6, name, port] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(written) ?? [];
  const host = v6 ?? name;
  if (host === undefined || (v6 !== undefined && !isIPv6(v6))) return undefined;
  return port === undefined ? { host } : { host, port: Number(port) };
}

/** All listeners in the order in which they are to be used, each once. @param port of those that name none */
export function placesOf({ host, hosts }: HostsSettings, port: number): readonly Place[] {
  const places = [host === null ? [] : [{ host }], hosts.map((written) => parseEndpoint(written) ?? [])].flat(2);
  const named = places.map((place) => placeOf(place.host, 'port' in place ? (place.port ?? port) : port));
  return named.filter(({ name }, index) => named.findIndex((other) => other.name === name) === index);
}

function placeOf(host: string, port: number): Place {
  return { host, port, name: `${isIPv6(host) ? `[${host}]` : host}:${port}` };
}

/** Faults that no single setting shows. */
export function checkHosts(settings: HostsSettings, port: number): (readonly [path: string, message: string])[] {
  const { host, hosts, balance } = settings;
  if (host === null && hosts.length === 0) return [['host', 'is missing: name the listener here, or several in hosts']];
  const names = hosts.map((written) => placesOf({ ...settings, host: null, hosts: [written] }, port)[0]?.name);
  const twice = names.findIndex((name, index) => names.indexOf(name) < index);
  if (twice >= 0) return [[`hosts[${twice}]`, `is ${names[twice]} once more: each listener once`]];
  if (balance === 'spread' && placesOf(settings, port).length === 1)
    return [['balance', 'spread needs more than one host: name them in hosts']];
  return [];
}
