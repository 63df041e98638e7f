/** Parts of S3 keys that AWS services share: `[prefix/]AWSLogs/[o-org/]account/service/region/yyyy/mm/dd/`. */
const ACCOUNT = '(?:^|/)AWSLogs/(?:o-[a-z0-9]{4,32}/)?(?<account>\\d{12})/';
export const REGION = '(?<region>[a-z]{2}(?:-[a-z]+)+-\\d)';
export const DAY = '\\d{4}/\\d{1,2}/\\d{1,2}/';

/** A key of a service's folder, then `rest`. Linear: no nested quantifiers over the same text. */
export function serviceKey(service: string, rest = ''): RegExp {
  return new RegExp(`${ACCOUNT}${service}/${REGION}/${DAY}${rest}`);
}

/** A key below an account's folder, for a service that lays out its own folder in its own way. */
export function accountKey(rest: string): RegExp {
  return new RegExp(`${ACCOUNT}${rest}`);
}

/** Hive-style keys: `AWSLogs/aws-account-id=.../aws-service=.../aws-region=.../year=.../`. */
export function hiveKey(service: string, rest = ''): RegExp {
  return new RegExp(
    `(?:^|/)AWSLogs/aws-account-id=(?<account>\\d{12})/(?:aws-)?service=${service}/aws-region=${REGION}/year=\\d{4}/month=\\d{1,2}/day=\\d{1,2}/(?:hour=\\d{1,2}/)?${rest}`,
  );
}
