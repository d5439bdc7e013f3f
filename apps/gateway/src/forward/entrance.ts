import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { newId, type World } from '@tradewind/messaging';
import { Clock, Health, Problem, problem, Randomness, Timers, TokenVerifier } from '@tradewind/service';
import { plainAddress } from '../domain/client-address.js';
import { forwarded, isRequestId } from '../domain/headers.js';
import { patienceFor } from '../domain/patience.js';
import { isRepeatable } from '../domain/retry.js';
import { serviceFor, wantsNoToken } from '../domain/routes.js';
import { GatewayConfig } from '../gateway.config.js';
import { RateLimits } from '../limits/rate-limits.js';
import { Traffic } from '../metrics/traffic.js';
import { Forwarder } from './forwarder.js';
import { ClientGone, hasBody, readBody } from './read-body.js';

/** What a platform asks for all the time. */
const unlimited: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);
const lingerMilliseconds = 1_000;

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Where requests come in: whom they are for, whether they may, and how they go on. Bodies are bytes here, nothing more. */
@Injectable()
export class Entrance {
  readonly #logger = new Logger('Entrance');
  readonly #world: World;
  readonly #streams = new Set<ServerResponse>();
  #draining = false;

  constructor(
    private readonly config: GatewayConfig,
    private readonly limits: RateLimits,
    private readonly tokens: TokenVerifier,
    private readonly forwarder: Forwarder,
    private readonly traffic: Traffic,
    health: Health,
    @Inject(Clock) clock: Clock,
    @Inject(Timers) private readonly timers: Timers,
    @Inject(Randomness) randomness: Randomness,
  ) {
    this.#world = { clock, timers, randomness };
    health.whenDraining(() => this.#drain());
  }

  /** Takes what belongs to a service; leaves the gateway's own pages to `next`. */
  readonly middleware = (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const service = serviceFor(request.url!);
    if (unlimited.has(request.url!)) return next();
    const id = isRequestId(single(request.headers['x-request-id']))
      ? single(request.headers['x-request-id'])!
      : newId(this.#world);
    if (service !== undefined) this.traffic.measure(service, request.method!, response);
    const served =
      service === undefined
        ? Promise.resolve().then(() => this.#own(request, next))
        : this.#serve(service, id, request, response);
    served.catch((error: unknown) => this.#refuse(error, id, request, response));
  };

  /** The gateway's own pages cost something as well. */
  #own({ socket, method = '', url = '' }: IncomingMessage, next: () => void): void {
    this.limits.admitAddress(plainAddress(socket.remoteAddress), method, url);
    next();
  }

  async #serve(service: string, id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const address = plainAddress(request.socket.remoteAddress);
    this.limits.admitAddress(address, method, url);
    if (!methods.has(method)) throw problem(405, 'method-not-allowed', `${method} is not a method that is used here`);
    const user =
      headers.authorization === undefined || wantsNoToken(url)
        ? undefined
        : (await this.tokens.verify(bearer(headers.authorization))).id;
    if (user !== undefined) this.limits.admitUser(user, address);
    const body = hasBody(request)
      ? await readBody(
          request,
          { bytes: this.config.BODY_BYTES, milliseconds: this.config.BODY_SECONDS * 1_000 },
          this.timers,
        )
      : undefined;
    const patience = patienceFor(
      { prefer: single(headers.prefer), accept: headers.accept },
      this.config.ANSWER_SECONDS * 1_000,
    );
    if (patience.idle === 0) this.#remember(response);
    if (this.#draining) response.shouldKeepAlive = false;
    await this.forwarder.forward({
      id,
      service,
      method,
      target: url,
      headers: [
        ...forwarded(request.rawHeaders),
        'x-request-id',
        id,
        'x-forwarded-for',
        address,
        'x-forwarded-proto',
        'http',
        ...forwardedHost(headers.host),
      ],
      body,
      patience,
      repeatable: isRepeatable(method, single(headers['idempotency-key'])),
      session: user,
      response,
    });
  }

  #remember(stream: ServerResponse): void {
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
  }

  /** A stream has no end of its own; its client comes back with Last-Event-ID, to another gateway. */
  #drain(): void {
    this.#draining = true;
    for (const stream of this.#streams) stream.end();
  }

  /** What was not forwarded, or got no answer, is answered here. */
  #refuse(error: unknown, id: string, request: IncomingMessage, response: ServerResponse): void {
    if (error instanceof ClientGone || response.destroyed) return;
    const { body, retryAfterSeconds } = error instanceof Problem ? error : internalError;
    if (body.status >= 500)
      this.#logger.warn('a request got no answer from its service', {
        requestId: id,
        method: request.method,
        status: body.status,
        detail: body.detail,
      });
    if (body.status === 500) this.#logger.error('a request failed', { requestId: id }, error);
    if (response.headersSent) return void response.destroy();
    if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds);
    if (body.status === 401) response.setHeader('www-authenticate', 'Bearer');
    const text = Buffer.from(JSON.stringify(body));
    response.setHeader('content-length', text.length);
    if (!request.complete) response.setHeader('connection', 'close');
    response.writeHead(body.status, { 'content-type': 'application/problem+json', 'x-request-id': id });
    if (request.complete) return void response.end(text);
    // closing while the client still sends would lose it the answer: what is left is thrown away, for a while
    response.write(text);
    request.resume();
    const cancel = this.timers.after(lingerMilliseconds, () => response.end());
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

const single = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

const forwardedHost = (host: string | undefined): string[] => (host === undefined ? [] : ['x-forwarded-host', host]);

function bearer(authorization: string): string {
  const token = /^Bearer ([^\s]+)$/i.exec(authorization)?.[1];
  if (token === undefined) throw problem(401, 'not-authenticated', 'the Authorization header must be: Bearer <token>');
  return token;
}
