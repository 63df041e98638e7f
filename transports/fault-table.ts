import { type ConnectionFault, connectionFault, type FaultText } from './connection-faults.ts';
import { DeliveryError } from './transport.ts';

/** A transport's table of faults, in use. Codes are stable, and listed in `docs/reference/errors.md`. */
export interface FaultTable<Code extends string> {
  /** An error of our own that the others understand. @param detail what is special about this case, for the message */
  trouble(code: Code, detail?: string, cause?: unknown): Error & { readonly code: Code };
  /**
   * What an error means for the frames on their way: the contract's error for one of `trouble`, Node.js or OpenSSL. A
   * `DeliveryError` is passed on as it is.
   * @param where the destination, e.g. `qradar (siem.corp.example:6514)`
   * @param afterMs when a retry makes sense, milliseconds from now
   */
  faultOf(error: unknown, where: string, afterMs?: number): DeliveryError;
  /** What a probe shows of an error: what was seen, and what to do about it. */
  explain(error: unknown): Explanation;
  /** The fault that an error means, by its code alone. */
  codeOf(error: Error): Code;
}

interface Explanation {
  readonly detail: string;
  readonly remedy?: string;
}

/**
 * @param prefix of the codes; the rows hold one for every fault of a connection
 * @param rows a row with a remedy is `blocked`, any other is `retry`
 */
export function faultTable<Prefix extends string, Code extends string>(
  prefix: Prefix,
  rows: Readonly<Record<Code | `${Prefix}-${ConnectionFault}`, FaultText>>,
): FaultTable<Code | `${Prefix}-${ConnectionFault}`> {
  type Any = Code | `${Prefix}-${ConnectionFault}`;
  const known = (code: string): Any =>
    Object.hasOwn(rows, code) ? (code as Any) : `${prefix}-${connectionFault(code)}`;
  return {
    trouble: (code, detail = '', cause) =>
      Object.assign(new Error(detail, cause === undefined ? undefined : { cause }), { code }),
    faultOf: (error, where, afterMs) => {
      if (error instanceof DeliveryError) return error;
      const { code, detail } = read(error);
      return deliveryError(known(code), rows[known(code)], where, detail, error, afterMs);
    },
    explain: (error) => {
      if (error instanceof DeliveryError) return shown(error.message, remedyOf(error));
      const { code, detail } = read(error);
      const text = rows[known(code)];
      return shown(`${text.message}${after(': ', detail)} [${known(code)}]`, text.remedy ?? text.hint);
    },
    codeOf: (error) => known(read(error).code),
  };
}

/** OpenSSL's reason is a sentence, its message a stack of numbers. */
function read(error: unknown): { readonly code: string; readonly detail: string } {
  const { code = '', message, reason = message } = error as NodeJS.ErrnoException & { readonly reason?: string };
  return { code, detail: reason };
}

function deliveryError(
  code: string,
  { message, remedy, hint }: FaultText,
  where: string,
  detail: string,
  cause: unknown,
  afterMs: number | undefined,
): DeliveryError {
  const whole = `${where}: ${message}${after('; ', hint)}${after(': ', detail)}`;
  if (remedy !== undefined) return new DeliveryError(code, whole, { kind: 'blocked', remedy }, cause);
  return new DeliveryError(code, whole, { kind: 'retry', ...(afterMs === undefined ? {} : { afterMs }) }, cause);
}

function after(separator: string, text = ''): string {
  return text === '' ? '' : separator + text;
}

function remedyOf({ fault }: DeliveryError): string | undefined {
  return fault.kind === 'blocked' ? fault.remedy : undefined;
}

function shown(detail: string, remedy: string | undefined): Explanation {
  return remedy === undefined ? { detail } : { detail, remedy };
}
