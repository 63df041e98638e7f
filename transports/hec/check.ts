import { checkTls } from '../tls-options.ts';
import type { HecSettings } from './settings.ts';

/** Faults that no single setting shows, as `[path, message]`. */
export function checkHec(settings: HecSettings): (readonly [path: string, message: string])[] {
  return [
    ...settings.url.flatMap((url) => checkUrl(url, settings)),
    ...checkTwice(settings),
    ...checkIndexes(settings),
    ...checkLogTypes(settings),
    ...checkNumbers(settings),
    ...checkTls(settings.tls),
  ];
}

function checkUrl(url: string, { tls }: HecSettings): [string, string][] {
  const { protocol, pathname, search, hash } = new URL(url);
  const faults: [string, string][] = [];
  if (search !== '' || hash !== '') faults.push(['url', 'must not hold a query or a fragment']);
  if (pathname.includes('/services/collector')) faults.push(['url', 'must end before /services/collector']);
  const asksForTls = Object.entries(tls).some(([name, value]) => name !== 'min_version' && value !== null);
  if (protocol === 'http:' && asksForTls) faults.push(['tls', 'needs an https:// url']);
  return faults;
}

function checkTwice({ url }: HecSettings): [string, string][] {
  const names = url.map((one) => new URL(one).host);
  const twice = names.findIndex((name, index) => names.indexOf(name) < index);
  return twice < 0 ? [] : [[`url[${twice}]`, `is ${names[twice]} once more: each indexer once`]];
}

/** https://help.splunk.com/en/splunk-enterprise/administer/manage-indexers-and-indexer-clusters/10.0/manage-indexes/create-custom-indexes */
const INDEX_NAME = /^[a-z0-9_][a-z0-9_-]*$/;

function checkIndexes(settings: HecSettings): [string, string][] {
  const special = settings.log_types.map(({ index }, at): [string, string | null] => [`log_types[${at}].index`, index]);
  return [['index', settings.index] as [string, string | null], ...special].flatMap(([path, index]) =>
    index === null || INDEX_NAME.test(index)
      ? []
      : [[path, 'must be small letters, digits, _ and -, as Splunk names indexes']],
  );
}

function checkLogTypes({ log_types: items }: HecSettings): [string, string][] {
  const types = items.flatMap(({ type }, at) => type.map((name) => [name, at] as const));
  const again = types.filter(([name], index) => types.findIndex(([other]) => other === name) < index);
  return again.map(([name, at]) => [`log_types[${at}].type`, `names ${name} once more: only its first item holds`]);
}

function checkNumbers(settings: HecSettings): [string, string][] {
  const faults: [string, string][] = [];
  if (settings.gzip_level > 9) faults.push(['gzip_level', 'must be 0 to 9']);
  if (settings.connections < 1) faults.push(['connections', 'must be at least 1']);
  if (settings.max_content_bytes < 4096) faults.push(['max_content_bytes', 'must be at least 4096']);
  if (settings.stall_timeout < 1_000) {
    faults.push(['stall_timeout', 'must be at least 1s, or a busy receiver would be taken for a dead one']);
  }
  if (settings.ack_timeout <= settings.ack_poll_interval) {
    faults.push(['ack_timeout', 'must be longer than ack_poll_interval']);
  }
  return faults;
}
