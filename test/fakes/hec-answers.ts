/** What a HEC stub says over HTTP. */
import type * as http from 'node:http';

/** Without `body` it is the JSON answer of `code` and `text`. */
export interface StubAnswer {
  readonly status: number;
  readonly code?: number;
  readonly text?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const codes: Readonly<Record<number, readonly [status: number, text: string]>> = {
  0: [200, 'Success'],
  1: [403, 'Token disabled'],
  2: [401, 'Token is required'],
  3: [401, 'Invalid authorization'],
  4: [403, 'Invalid token'],
  5: [400, 'No data'],
  6: [400, 'Invalid data format'],
  7: [400, 'Incorrect index'],
  10: [400, 'Data channel is missing'],
  11: [400, 'Invalid data channel'],
  12: [400, 'Event field is required'],
  13: [400, 'Event field cannot be blank'],
  14: [400, 'ACK is disabled'],
  15: [400, 'Error in handling indexed fields'],
  16: [400, 'Query string authorization is not enabled'],
  17: [200, 'HEC is healthy'],
  24: [200, 'Success, but queue is approaching its capacity limit'],
  25: [200, 'Success, but ACK channel is approaching its capacity limit'],
  27: [429, 'ACK channel is at its capacity limit'],
  404: [404, 'The requested URL was not found on this server.'],
  405: [405, 'The requested URL was not found on this server.'],
};

export function json(code: number, more: Readonly<Record<string, unknown>> = {}): StubAnswer {
  const [status, text] = codes[code] ?? [500, 'unknown code'];
  return { status, body: JSON.stringify({ text, code: code === 405 ? 404 : code, ...more }) };
}

/** Splunk answers 413 and 415 with a page, not with JSON. */
export function html(status: number, title: string): StubAnswer {
  const body = `<!doctype html><html><head><title>${status} ${title}</title></head><body><h1>${title}</h1></body></html>`;
  return { status, body, headers: { 'content-type': 'text/html; charset=UTF-8' } };
}

export function reply(response: http.ServerResponse, answer: StubAnswer): void {
  const text = bodyOf(answer);
  response.writeHead(answer.status, headersOf(answer, text));
  response.end(text);
}

/** Breaks off in the middle. */
export function halfReply(response: http.ServerResponse, answer: StubAnswer): void {
  const text = bodyOf(answer);
  response.writeHead(answer.status, headersOf(answer, text));
  response.write(text.slice(0, text.length / 2), () => response.socket?.destroy());
}

function headersOf({ headers }: StubAnswer, text: string): http.OutgoingHttpHeaders {
  const length = Buffer.byteLength(text);
  return { 'content-type': 'application/json; charset=UTF-8', 'content-length': length, ...headers };
}

function bodyOf({ body, code, text }: StubAnswer): string {
  return body ?? JSON.stringify({ text: text ?? codes[code ?? 0]?.[1] ?? '', code });
}
