import type { IncomingHttpHeaders } from 'node:http';
import type { Coded } from './codes.ts';

/** One HTTP reply, its body read to the end. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a reply says, once read as a HEC answer. Fields it does not carry are undefined. */
export interface Answer extends Coded {
  /** Splunk's words, cut and cleaned for a log line; empty when the reply is no HEC answer. */
  readonly text: string;
  readonly ackId: number | undefined;
  readonly invalidEvent: number | undefined;
  /** State by acknowledgement id, from the ack endpoint. */
  readonly acks: Readonly<Record<string, unknown>> | undefined;
  readonly retryAfterMs: number | undefined;
}

const longestWaitMs = 300_000;
const longestText = 200;

/** Reads a reply without trusting it: a proxy may have answered, or half of a page may have come. */
export function readAnswer(reply: Reply): Answer {
  const body = jsonObject(reply.body);
  const { text, acks } = body;
  return {
    status: reply.status,
    code: natural(body['code']),
    text: typeof text === 'string' ? text.slice(0, longestText).replace(/[^ -~]/g, '?') : '',
    ackId: natural(body['ackId']),
    invalidEvent: natural(body['invalid-event-number']),
    acks: isObject(acks) ? acks : undefined,
    retryAfterMs: retryAfter(reply.headers['retry-after'], Date.now()),
  };
}

/** `Retry-After` in milliseconds: seconds or a date (RFC 9110, 10.2.3), never more than five minutes. */
export function retryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestWaitMs);
}

interface HecBody extends Readonly<Record<string, unknown>> {
  readonly text?: unknown;
  readonly acks?: unknown;
}

function jsonObject(body: string): HecBody {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : {};
  } catch {
    return {}; // not a HEC answer: the status alone decides
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function natural(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
