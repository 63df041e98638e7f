import { computed, textOf } from '../functions.ts';
import { objectsOf } from '../lists.ts';

/**
 * Aggregated events of CloudTrail count data events of five minutes by one dimension (`eventName`, `resourceARN`,
 * `userIdentity`) and, within it, by others.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aggregated-events.html
 */
const SUMMARY = 'summary';

type Dimension = Readonly<Record<string, unknown>>;

/** The primary dimension, then the details. */
function dimensionsOf(summary: unknown): readonly Dimension[] {
  return objectsOf(summary).flatMap((one) => [...objectsOf(one['primaryDimension']), ...objectsOf(one['details'])]);
}

const statisticsOf = (dimension: Dimension | undefined): readonly Dimension[] => objectsOf(dimension?.['statistics']);

/** `eventName PutObject=1000; resourceARN arn:aws:s3:::b=1000`. */
export const aggregatedSummary = computed('dimensions of an aggregated event, with their counts', [SUMMARY], (value) =>
  dimensionsOf(value)
    .map((dimension) => {
      const counts = statisticsOf(dimension).map((one) => `${textOf(one['name'])}=${textOf(one['value'])}`);
      return `${textOf(dimension['dimension'])} ${counts.join(',')}`;
    })
    .join('; '),
);

/** How many calls an aggregated event stands for. */
export const aggregatedCount = computed('sum over the primary dimension', [SUMMARY], (value) => {
  const [primary] = dimensionsOf(value);
  const counts = statisticsOf(primary).map((one) => one['value']);
  const numbers = counts.filter((one): one is number => Number.isSafeInteger(one));
  return numbers.length === 0 ? undefined : numbers.reduce((sum, one) => sum + one, 0);
});

/** Resources that an aggregated event is about. */
export const aggregatedResources = computed('resourceARN of an aggregated event', [SUMMARY], (value) => {
  const found = dimensionsOf(value).find((dimension) => dimension['dimension'] === 'resourceARN');
  return statisticsOf(found)
    .map((one) => textOf(one['name']))
    .filter((name) => name !== '')
    .join(',');
});
