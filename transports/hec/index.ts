import { overHosts } from '../hosts/several-hosts.ts';
import { KeptTls } from '../kept-tls.ts';
import { Renewing } from '../renewing.ts';
import type { Transport, TransportContext, TransportObserver, TransportType } from '../transport.ts';
import { checkHec } from './check.ts';
import { hecEnvelope } from './envelope.ts';
import { Indexer } from './indexer.ts';
import { rawEnvelope } from './raw.ts';
import { type HecSettings, hecSchema } from './settings.ts';

/** Splunk HTTP Event Collector, with indexer acknowledgement. */
export const hec: TransportType<HecSettings> = {
  type: 'hec',
  title: 'Splunk HTTP Event Collector',
  schema: hecSchema,
  check: checkHec,
  create: createHec,
};

/** Splunk searches fastest what is spread over all indexers, so several of them share the blocks. */
function createHec(settings: HecSettings, context: TransportContext): Transport {
  const { name, hostname } = context;
  const envelope = (settings.endpoint === 'raw' ? rawEnvelope : hecEnvelope)(settings, hostname);
  const secret: TransportContext['secret'] = (ref) => context.secret(ref);
  const indexers = settings.url.map((url) => ({ url, name: hostAndPort(url) }));
  return overHosts(indexers, 'spread', context, ({ url }, observer) => {
    const { protocol, hostname: host } = new URL(url);
    const files = new KeptTls(settings.tls, host.replace(/^\[|\]$/g, ''), observer.notice);
    const indexer = (part: TransportObserver) =>
      new Indexer({ url, files }, settings, envelope, { name, hostname, secret, observer: part });
    return protocol === 'http:' ? indexer(observer) : new Renewing(files, observer, indexer);
  });
}

function hostAndPort(url: string): string {
  const { host, port, protocol } = new URL(url);
  return port === '' ? `${host}:${protocol === 'https:' ? 443 : 80}` : host;
}
