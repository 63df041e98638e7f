import * as http from 'node:http';
import * as https from 'node:https';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { urlToHttpOptions } from 'node:url';
import type { KeptTls } from '../kept-tls.ts';
import type { TlsFiles } from '../tls-options.ts';
import { DeliveryError, type TransportContext } from '../transport.ts';
import { type Answer, readAnswer } from './answer.ts';
import { Cookies } from './cookies.ts';
import { type Exchange, ExchangeError, exchange } from './exchange.ts';
import { tokenFault } from './faults.ts';
import type { HecSettings } from './settings.ts';

/** A question to the endpoint: a path below `/services/collector`, and what goes with it. */
export type Question = Pick<Exchange, 'method' | 'headers' | 'body' | 'signal'> & { readonly path: string };

/** Where a client asks. */
export interface Endpoint {
  readonly url: string;
  /** In error messages. */
  readonly place: string;
  /** What the files of `tls` hold; not looked at where `url` is http. */
  readonly files: KeptTls;
}

/** One socket and what was read anew for it: the token, and the TLS files behind the agent. */
interface Session {
  readonly agent: http.Agent;
  readonly token: string;
  socket: Duplex | undefined;
}

/**
 * One keep-alive connection to the endpoint, with its cookies, so that a load balancer keeps it on one indexer. When the
 * socket ends or the token is refused, the next question begins a new session: rotated secrets and certificates heal, and
 * certificates that cannot be used leave those from before in use.
 */
export class Client {
  private readonly settings: HecSettings;
  private readonly context: TransportContext;
  private readonly place: string;
  private readonly files: KeptTls;
  private readonly onSocket: (change: 1 | -1) => void;
  private readonly target: http.RequestOptions;
  private readonly base: string;
  private readonly cookies = new Cookies();
  private session: Session | undefined;
  private opened = 0;

  /** @param onSocket told of each connection that opens (1) and ends (-1) */
  constructor(
    settings: HecSettings,
    endpoint: Endpoint,
    context: TransportContext,
    onSocket: (change: 1 | -1) => void,
  ) {
    this.settings = settings;
    this.context = context;
    this.place = endpoint.place;
    this.files = endpoint.files;
    this.onSocket = onSocket;
    const url = new URL(endpoint.url);
    this.target = urlToHttpOptions(url);
    this.base = `${url.pathname.replace(/\/+$/, '')}/services/collector`;
  }

  /**
   * @throws {ExchangeError} when there is no answer
   * @throws {DeliveryError} when the token or a TLS file cannot be read (blocked)
   */
  async ask(question: Question): Promise<Answer> {
    this.session ??= this.begin();
    const { agent, token } = this.session;
    const reply = await exchange({
      ...question,
      target: this.target,
      path: `${this.base}${question.path}`,
      agent,
      headers: { ...question.headers, ...this.cookies.header(), authorization: `Splunk ${token}` },
      stallMs: this.settings.stall_timeout,
      answerMs: this.settings.request_timeout,
    });
    this.cookies.take(reply.headers['set-cookie']);
    if (reply.status === 401 || reply.status === 403) this.close();
    const answer = readAnswer(reply);
    return { ...answer, text: answer.text.replaceAll(token, '[token]') };
  }

  /** Connections that were opened so far: a change tells that one has ended. */
  get sockets(): number {
    return this.opened;
  }

  /** Ends the connection; a question under way fails. The next question opens another one. */
  close(): void {
    this.session?.agent.destroy();
    this.session = undefined;
  }

  private begin(): Session {
    const session: Session = { agent: this.agent(), token: this.token(), socket: undefined };
    const connect = session.agent.createConnection.bind(session.agent);
    session.agent.createConnection = (options, callback) => {
      const socket = connect(options, callback);
      if (socket) this.watch(socket, session);
      return socket;
    };
    return session;
  }

  private agent(): http.Agent {
    const keep = { keepAlive: true, maxSockets: 1 } as const;
    if (this.target.protocol === 'http:') return new http.Agent(keep);
    const { options, clientCertificateEnd: ours } = this.tlsFiles();
    if (ours !== undefined) this.context.observer.certificate('client', ours);
    return new https.Agent({ ...keep, ...options });
  }

  private tlsFiles(): TlsFiles {
    try {
      return this.files.now();
    } catch (error) {
      // OpenSSL's own words about files that never were of use.
      throw error instanceof DeliveryError ? error : new ExchangeError(error as Error, false);
    }
  }

  private token(): string {
    const token = this.readToken();
    if (/^[\x21-\x7e]+$/.test(token)) return token;
    throw tokenFault(this.place, new Error('the token is empty, or holds a space or a control character'));
  }

  private readToken(): string {
    try {
      return this.context.secret(this.settings.token);
    } catch (cause) {
      throw tokenFault(this.place, cause);
    }
  }

  private watch(socket: Duplex, session: Session): void {
    session.socket = socket;
    this.opened += 1;
    socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => {
      this.onSocket(1);
      socket.once('close', () => this.onSocket(-1));
      if (socket instanceof TLSSocket) this.certificate(socket);
    });
    socket.once('close', () => {
      if (this.session === session && session.socket === socket) this.session = undefined;
    });
  }

  private certificate(socket: TLSSocket): void {
    const end = new Date(socket.getPeerCertificate().valid_to);
    if (!Number.isNaN(end.getTime())) this.context.observer.certificate('server', end);
  }
}
