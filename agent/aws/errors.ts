import { FAULTS, type Fault, OTHER_FAULT, type Service } from './faults.ts';
import { at, textAt } from './json.ts';

/** A failure of AWS, met by the table in `faults.ts`. The message names the thing, the reason and the remedy. */
class AwsError extends Error implements Fault {
  readonly code: string;
  readonly transient: boolean;
  readonly retryAfterSeconds: number;
  readonly remedy: string;

  constructor(service: Service, doing: string, cause: unknown) {
    const fault = faultOf(service, cause);
    super(`${doing}: ${reason(cause)} ${fault.remedy} [${fault.code}]`, { cause });
    this.code = fault.code;
    this.transient = fault.transient;
    this.retryAfterSeconds = fault.retryAfterSeconds;
    this.remedy = fault.remedy;
  }
}

/** The only error that opening or reading an object raises. Its codes begin with `TF-S3-` or `TF-AWS-`. */
export class ObjectError extends AwsError {
  override readonly name = 'ObjectError';

  constructor(doing: string, cause: unknown) {
    super('S3', doing, cause);
  }
}

/** The only error that a queue raises. Its codes begin with `TF-SQS-` or `TF-AWS-`. */
export class QueueError extends AwsError {
  override readonly name = 'QueueError';

  constructor(doing: string, cause: unknown) {
    super('SQS', doing, cause);
  }
}

/** A reason of our own, under the name by which the table knows it. */
export function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

/** How a failure is met: by its name or code, else by its HTTP status. */
export function faultOf(service: Service, error: unknown): Fault {
  const names = [textAt(error, 'name'), textAt(error, 'code')];
  const text = `${names[0]} ${messageOf(error)}`.toLowerCase();
  const status = at(error, '$metadata', 'httpStatusCode');
  return (
    FAULTS[service].find((row) => row.names.some((name) => names.includes(name)) && (row.says?.test(text) ?? true)) ??
    FAULTS[service].find((row) => row.statuses?.some((known) => known === status)) ??
    OTHER_FAULT[service]
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The first line alone: behind it AWS may quote the request that was signed, session token included. */
function reason(error: unknown): string {
  const [line = ''] = messageOf(error).trim().split('\n');
  const message = line.trim() || (textAt(error, 'code') ?? 'no reason was given');
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
