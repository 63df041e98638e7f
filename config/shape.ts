import type { Config, QueueSettings } from './config.ts';
import { listenAddress } from './network-names.ts';
import type { Section, Values } from './schema.ts';

/** A destination as the walk has it: the transport's settings stand flat beside the shared ones. */
interface FlatDestination extends Values {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly filters: readonly Values[];
  readonly redact: readonly Values[];
}

/** A whole file as the walk has it: every setting good, nothing missing. */
interface Settled extends Values {
  readonly aws: { readonly region: string };
  readonly queues: readonly (QueueSettings & { readonly region: string | null })[];
  readonly destinations: readonly FlatDestination[];
  readonly overrides: readonly (Values & { readonly severity: readonly Values[] })[];
  readonly enrichment: Values;
  readonly metrics: { readonly listen: string };
}

/** Brings settled values into the form of `Config` and freezes it. */
export function shape(values: Values, shared: Section): Config {
  const { aws, queues, destinations, overrides, enrichment, metrics, ...rest } = values as Settled;
  const { listen } = metrics;
  const config = {
    ...rest,
    aws: withoutNulls(aws),
    queues: queues.map((queue) =>
      withoutNulls({ ...queue, region: queue.region ?? regionOf(queue.url) ?? aws.region }),
    ),
    destinations: destinations.map((flat) => ({
      ...Object.fromEntries(
        Object.entries(flat).filter(([name, value]) => Object.hasOwn(shared, name) && value !== null),
      ),
      filters: flat.filters.map(asWritten),
      redact: flat.redact.map(asWritten),
      settings: transportSettings(flat, shared),
    })),
    enrichment: withoutNulls(enrichment),
    overrides: overrides.map(({ severity, ...mapping }) => ({ ...mapping, severity: severity.map(asWritten) })),
    metrics: { listen: listen === 'off' ? listen : listenAddress(listen) },
  };
  return deepFreeze(config) as unknown as Config;
}

/** The settings of a destination that are its transport's. */
export function transportSettings(flat: Values, shared: Section): Values {
  return Object.fromEntries(Object.entries(flat).filter(([name]) => !Object.hasOwn(shared, name)));
}

/**
 * Region in the host of a queue's URL: regional, FIPS, dual-stack, legacy and interface endpoints.
 * https://docs.aws.amazon.com/general/latest/gr/sqs-service.html
 */
export function regionOf(url: string): string | undefined {
  const { hostname } = new URL(url);
  const legacy = /^([a-z]{2,8}(?:-[a-z]+)+-\d+)\.queue\.amazonaws\./.exec(hostname);
  return legacy?.[1] ?? /(?:^|\.)sqs(?:-fips)?\.([a-z]{2,8}(?:-[a-z]+)+-\d+)\./.exec(hostname)?.[1];
}

/** Convict needs a value for what was not given; our own types say it by absence. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const given = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(given.map(([name, inner]) => [name, withoutNulls(inner)]));
}

/** Only what was written: a list that may be left out has one item at least when it is not. */
function asWritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asWritten);
  if (typeof value !== 'object' || value === null) return value;
  const given = Object.entries(value).filter(
    ([, inner]) => inner !== null && !(Array.isArray(inner) && inner.length === 0),
  );
  return Object.fromEntries(given.map(([name, inner]) => [name, asWritten(inner)]));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
