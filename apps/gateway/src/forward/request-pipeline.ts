import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { newId } from '@tradewind/kernel';
import {
  Health,
  orderInPath,
  Problem,
  problem,
  protectiveHeaders,
  RuntimePorts,
  TokenVerifier,
} from '@tradewind/service';
import { anonymous, forwarded, hasSeveralHosts, isRequestId } from '../domain/headers.js';
import { timeoutsFor } from '../domain/response-timeouts.js';
import { isIdempotent } from '../domain/retry.js';
import { admitsAnonymous, serviceFor, skipsTokenCheck } from '../domain/routes.js';
import { GatewayConfig } from '../gateway.config.js';
import { RateLimits } from '../limits/rate-limits.js';
import { TrustedProxies } from '../limits/trusted-proxies.js';
import { GatewayMetrics } from '../metrics/gateway-metrics.js';
import { Forwarder } from './forwarder.js';
import { startRequestSpan } from './request-span.js';
import { ClientDisconnected, hasBody, readBody } from './read-body.js';

/** Requested by the platform all the time: without rate limits. */
const operationPaths: ReadonlySet<string> = new Set(['/healthz', '/readyz']);
const lingerMs = 1_000;

interface Identified {
  readonly user: string | undefined;
  readonly isTokenIgnored: boolean;
}

/** Handles incoming requests: routing, rate limits, access token, body, forwarding. Bodies are not parsed. */
@Injectable()
export class RequestPipeline {
  readonly #logger = new Logger('RequestPipeline');
  readonly #streams = new Set<ServerResponse>();
  readonly #proxies: TrustedProxies;
  #draining = false;

  constructor(
    private readonly config: GatewayConfig,
    private readonly limits: RateLimits,
    private readonly tokens: TokenVerifier,
    private readonly forwarder: Forwarder,
    private readonly metrics: GatewayMetrics,
    health: Health,
    @Inject(RuntimePorts) private readonly ports: RuntimePorts,
  ) {
    this.#proxies = new TrustedProxies(config.TRUSTED_PROXIES);
    health.onDraining(() => this.#drain());
  }

  /** Forwards requests for a service; passes requests for the gateway's own pages to `next`. */
  readonly middleware = (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const { url = '', method = '', headers } = request;
    const isAmbiguous = hasSeveralHosts(request.rawHeaders);
    if (operationPaths.has(url) && !isAmbiguous) return next();
    const service = isAmbiguous ? undefined : serviceFor(url);
    const clientId = single(headers['x-request-id']);
    const id = isRequestId(clientId) ? clientId : newId(this.ports);
    if (service !== undefined) this.metrics.measure(service, method, response);
    const handled =
      service === undefined
        ? Promise.resolve().then(() => this.#passToExpress(request, next, isAmbiguous))
        : this.#forward(service, id, request, response);
    handled.catch((error: unknown) => this.#answerProblem(error, id, request, response));
  };

  /** The gateway's own pages have rate limits too. */
  #passToExpress(request: IncomingMessage, next: () => void, isAmbiguous: boolean): void {
    this.limits.admitAddress(this.#clientOf(request), request.method ?? '', request.url ?? '');
    if (isAmbiguous) throw problem(400, 'invalid-request', 'a request must have one Host header');
    next();
  }

  async #forward(service: string, id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const address = this.#clientOf(request);
    this.limits.admitAddress(address, method, url);
    const trace = startRequestSpan(request, response, this.limits.isTrusted(address));
    const { user, isTokenIgnored } = await this.#identify(method, url, headers.authorization);
    if (isTokenIgnored) response.setHeader('x-access-token', 'ignored');
    if (user !== undefined) this.limits.admitUser(user, address);
    const body = hasBody(request)
      ? await readBody(
          request,
          { bytes: this.config.BODY_BYTES, timeoutMs: this.config.BODY_SECONDS * 1_000 },
          this.ports.timers,
        )
      : undefined;
    const timeouts = timeoutsFor(
      { prefer: single(headers.prefer), accept: headers.accept },
      this.config.ANSWER_SECONDS * 1_000,
    );
    if (timeouts.idleMs === 0) this.#trackStream(response);
    if (this.#draining) response.shouldKeepAlive = false;
    await this.forwarder.forward({
      id,
      service,
      method,
      target: url,
      headers: [
        ...forwarded(isTokenIgnored ? anonymous(request.rawHeaders) : request.rawHeaders),
        'x-request-id',
        id,
        'x-forwarded-for',
        address,
        'x-forwarded-proto',
        'http',
        ...forwardedHost(headers.host),
        ...trace,
      ],
      body,
      timeouts,
      idempotent: isIdempotent(method, url, single(headers['idempotency-key'])),
      session: user,
      response,
    });
  }

  #clientOf({ socket, headers }: IncomingMessage): string {
    return this.#proxies.clientOf(socket.remoteAddress, single(headers['x-forwarded-for']));
  }

  /** Throws a Problem for a token that is not valid, unless everybody may make this request. */
  async #identify(method: string, target: string, authorization: string | undefined): Promise<Identified> {
    if (authorization === undefined || skipsTokenCheck(target)) return { user: undefined, isTokenIgnored: false };
    try {
      return { user: (await this.tokens.verify(bearer(authorization))).id, isTokenIgnored: false };
    } catch (error) {
      const isInvalid = error instanceof Problem && error.body.status === 401;
      if (!isInvalid || !admitsAnonymous(method, target)) throw error;
      return { user: undefined, isTokenIgnored: true };
    }
  }

  #trackStream(stream: ServerResponse): void {
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
  }

  /** Ends the streams; their clients reconnect with Last-Event-ID to another gateway. */
  #drain(): void {
    this.#draining = true;
    for (const stream of this.#streams) stream.end();
  }

  /** Answers a request that was not forwarded or got no response. */
  #answerProblem(error: unknown, id: string, request: IncomingMessage, response: ServerResponse): void {
    if (error instanceof ClientDisconnected || response.destroyed) return;
    const { body, retryAfterSeconds } = error instanceof Problem ? error : internalError;
    if (body.status >= 500)
      this.#logger.warn('a request got no response from its service', {
        requestId: id,
        method: request.method,
        status: body.status,
        detail: body.detail,
        ...orderOf(request),
      });
    if (body.status === 500) this.#logger.error('a request failed', { requestId: id, ...orderOf(request) }, error);
    if (response.headersSent) return void response.destroy();
    if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds);
    if (body.status === 401) response.setHeader('www-authenticate', 'Bearer');
    const text = Buffer.from(JSON.stringify(body));
    response.setHeader('content-length', text.length);
    if (!request.complete) response.setHeader('connection', 'close');
    response.writeHead(body.status, {
      ...protectiveHeaders,
      'cache-control': 'no-store',
      'content-type': 'application/problem+json',
      'x-request-id': id,
    });
    if (request.complete) return void response.end(text);
    // If the connection were closed while the client still sends, the client would not get the response: the rest is read and discarded for a while.
    response.write(text);
    request.resume();
    const cancel = this.ports.timers.after(lingerMs, () => response.end());
    request.once('close', () => {
      cancel();
      response.end();
    });
  }
}

const internalError = problem(
  500,
  'internal-error',
  'something went wrong on our side; the x-request-id of this answer finds it in the logs',
);

const orderOf = ({ url }: IncomingMessage): { readonly correlation_id?: string } => {
  const id = orderInPath(url);
  return id === undefined ? {} : { correlation_id: id };
};

const single = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

const forwardedHost = (host: string | undefined): string[] => (host === undefined ? [] : ['x-forwarded-host', host]);

function bearer(authorization: string): string {
  const token = /^Bearer ([^\s]+)$/i.exec(authorization)?.[1];
  if (token === undefined) throw problem(401, 'not-authenticated', 'the Authorization header must be: Bearer <token>');
  return token;
}
