import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import { watchProgress } from '../stall.ts';
import type { Reply } from './answer.ts';

/** One HTTP request over an agent's connection. */
export interface Exchange {
  /** Where to: protocol, host and port, as `urlToHttpOptions` of `node:url` gives them. */
  readonly target: http.RequestOptions;
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly agent: http.Agent;
  readonly headers: http.OutgoingHttpHeaders;
  readonly body: Buffer;
  /** Time without a byte that moves, until the request is with the receiver's kernel; then time without a sign of that. */
  readonly stallMs: number;
  /** Time for the whole answer, from when on the request is out. */
  readonly answerMs: number;
  /** Ends the request at once: nothing reads `body` any more after it fires. */
  readonly signal?: AbortSignal;
}

/** No reply. `sent` tells whether a part of the request may have reached the other side. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  readonly sent: boolean;

  constructor(cause: Error, sent: boolean) {
    super(cause.message, { cause });
    this.sent = sent;
  }
}

/** The cause of an `ExchangeError` where no byte moved. */
export class Stalled extends Error {
  override readonly name = 'Stalled';
}

const mostReplyBytes = 1024 * 1024;

/**
 * Sends a request and reads its reply to the end. Two clocks: while the way is made and the request goes out, only
 * standing still is a fault, however slow the link; once it is out, the receiver may think for `answerMs`, as long as its
 * kernel answers the keep-alive probes of ours.
 * @throws {ExchangeError} when there is no whole reply in time; `cause` is Node's error, or `Stalled`
 */
export function exchange(wanted: Exchange): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let answered = false;
    const request = open(wanted);
    const sent = watchSent(request);
    const fail = (cause: Error): void => reject(new ExchangeError(cause, sent()));
    const stopClocks = clocks(request, wanted);
    const answer = (reply: Reply): void => {
      answered = true;
      resolve(reply);
    };
    request.on('error', fail);
    request.once('close', () => {
      stopClocks();
      if (!answered) fail(new Error('the connection ended before the answer'));
    });
    request.once('response', (response) => readReply(request, response, answer, fail));
    request.end(wanted.body);
  });
}

function open({ target, method, path, agent, headers, body, signal }: Exchange): http.ClientRequest {
  return (target.protocol === 'https:' ? https : http).request({
    ...target,
    method,
    path,
    agent,
    headers: { ...headers, 'content-length': body.length },
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Ends a request that stands still on its way, or is out and not answered. Returns what stops watching. */
function clocks(request: http.ClientRequest, { stallMs, answerMs }: Exchange): () => void {
  let stopWatching = (): void => undefined;
  let timer: NodeJS.Timeout | undefined;
  request.once('socket', (socket) => {
    let up = request.reusedSocket;
    if (!up) socket.once(upEvent(socket), () => (up = true));
    const stalled = (): void => void request.destroy(new Stalled(`no byte moved for ${stallMs} ms`));
    stopWatching = watchProgress(socket, socket, stallMs, () => (up ? 'life' : 'answer'), stalled);
  });
  request.once('finish', () => {
    timer = setTimeout(() => request.destroy(new Error(`no whole answer within ${answerMs} ms`)), answerMs);
  });
  return () => {
    stopWatching();
    clearTimeout(timer);
  };
}

function upEvent(socket: Socket): 'secureConnect' | 'connect' {
  return 'encrypted' in socket ? 'secureConnect' : 'connect';
}

/** A request counts as sent once its socket is up: from then on only a whole reply tells what became of it. */
function watchSent(request: http.ClientRequest): () => boolean {
  let sent = false;
  request.once('socket', (socket) => {
    if (request.reusedSocket) sent = true;
    else socket.once(upEvent(socket), () => (sent = true));
  });
  return () => sent;
}

function readReply(
  request: http.ClientRequest,
  response: http.IncomingMessage,
  answer: (reply: Reply) => void,
  fail: (cause: Error) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > mostReplyBytes) request.destroy(new Error(`the answer is longer than ${mostReplyBytes} bytes`));
    else chunks.push(chunk);
  });
  response.on('error', fail);
  response.once('end', () => {
    // An answer that overtook the request: the caller gets its buffer back now, so the socket must not read it any more.
    if (!request.writableFinished) request.destroy();
    answer({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() });
  });
}
