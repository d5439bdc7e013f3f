import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { newId } from '@tradewind/messaging';
import { Clock, problem, problemOf, Randomness, Timers, TokenVerifier } from '@tradewind/service';
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

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Where requests come in: whom they are for, whether they may, and how they go on. Bodies are bytes here, nothing more. */
@Injectable()
export class Entrance {
  readonly #logger = new Logger('Entrance');

  constructor(
    private readonly config: GatewayConfig,
    private readonly limits: RateLimits,
    private readonly tokens: TokenVerifier,
    private readonly forwarder: Forwarder,
    private readonly traffic: Traffic,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Timers) private readonly timers: Timers,
    @Inject(Randomness) private readonly randomness: Randomness,
  ) {}

  /** Takes what belongs to a service; leaves the gateway's own pages to `next`. */
  readonly middleware = (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const service = serviceFor(request.url!);
    if (service === undefined) return next();
    const id = isRequestId(single(request.headers['x-request-id'])) ? single(request.headers['x-request-id'])! : newId(this);
    this.traffic.measure(service, request.method!, response);
    this.#serve(service, id, request, response).catch((error: unknown) => this.#refuse(error, id, request, response));
  };

  async #serve(service: string, id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const address = plainAddress(request.socket.remoteAddress);
    this.limits.admitAddress(address, method, url);
    if (!methods.has(method)) throw problem(405, 'method-not-allowed', `${method} is not a method that is used here`);
    const user = headers.authorization === undefined || wantsNoToken(url) ? undefined : (await this.tokens.verify(bearer(headers.authorization))).id;
    if (user !== undefined) this.limits.admitUser(user, address);
    const body = hasBody(request) ? await readBody(request, { bytes: this.config.BODY_BYTES, milliseconds: this.config.BODY_SECONDS * 1_000 }, this.timers) : undefined;
    await this.forwarder.forward({
      id,
      service,
      method,
      target: url,
      headers: [...forwarded(request.rawHeaders), 'x-request-id', id, 'x-forwarded-for', address, 'x-forwarded-proto', 'http', ...forwardedHost(headers.host)],
      body,
      patience: patienceFor({ prefer: single(headers.prefer), accept: headers.accept }, this.config.ANSWER_SECONDS * 1_000),
      repeatable: isRepeatable(method, single(headers['idempotency-key'])),
      session: user,
      response,
    });
  }

  /** What was not forwarded, or got no answer, is answered here. */
  #refuse(error: unknown, id: string, request: IncomingMessage, response: ServerResponse): void {
    if (error instanceof ClientGone || response.destroyed) return;
    const { body, retryAfterSeconds } = problemOf(error);
    if (body.status >= 500) this.#logger.warn('a request got no answer from its service', { requestId: id, method: request.method, status: body.status, detail: body.detail });
    if (body.status === 500) this.#logger.error('a request failed', { requestId: id }, error);
    if (response.headersSent) return void response.destroy();
    response.writeHead(body.status, {
      'content-type': 'application/problem+json',
      'x-request-id': id,
      ...(retryAfterSeconds !== undefined && { 'retry-after': retryAfterSeconds }),
      ...(body.status === 401 && { 'www-authenticate': 'Bearer' }),
      // what is left of the body is not read
      ...(!request.complete && { connection: 'close' }),
    });
    response.end(JSON.stringify(body));
  }
}

const single = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

const forwardedHost = (host: string | undefined): string[] => (host === undefined ? [] : ['x-forwarded-host', host]);

function bearer(authorization: string): string {
  const token = /^Bearer ([^\s]+)$/i.exec(authorization)?.[1];
  if (token === undefined) throw problem(401, 'not-authenticated', 'the Authorization header must be: Bearer <token>');
  return token;
}
