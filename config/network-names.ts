import { isIP } from 'node:net';
import { parseEndpoint } from '../transports/hosts/settings.ts';
import type { ListenAddress } from './config.ts';

const LABEL = /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;

/** A host name (RFC 1123, and the underscore that Windows networks have) or an IP address. */
export function isHostname(value: string): boolean {
  const name = value.endsWith('.') ? value.slice(0, -1) : value;
  return isIP(value) !== 0 || (value.length <= 253 && name.split('.').every((label) => LABEL.test(label)));
}

/** `host`, `host:port` or `[IPv6]:port`. */
export function isEndpoint(value: string): boolean {
  const { host = '', port = 1 } = parseEndpoint(value) ?? {};
  return isHostname(host) && port >= 1 && port <= 65_535;
}

/** An http or https URL without user name and password: those would be a secret in the configuration. */
export function isUrl(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}

/** An IP address, or a network: address and length of its prefix. */
export function isCidr(value: string): boolean {
  const [address = '', length = '', ...more] = value.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return !value.includes('/') || (/^\d{1,3}$/.test(length) && Number(length) <= (version === 4 ? 32 : 128));
}

/** `off`, or an address to listen on. Port 0 is any free one. */
export function isListen(value: string): boolean {
  const { host, port } = listenAddress(value);
  return value === 'off' || (isHostname(host) && port <= 65_535);
}

/** Splits `host:port` or `[IPv6]:port`. The host is empty when the text is neither. */
export function listenAddress(written: string): ListenAddress {
  const [, v6, name = '', port] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(written) ?? [];
  return { host: v6 ?? name, port: Number(port) };
}
