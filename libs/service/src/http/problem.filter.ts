import { Catch, Logger, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { throwError, type Observable } from 'rxjs';
import { allowedMethods } from './allowed-methods.js';
import { problemOf } from './problem-of.js';
import { problem, type Problem } from './problem.js';

const methodNotAllowed = (method: string, allowed: readonly string[]): Problem =>
  problem(405, 'method-not-allowed', `${method} is not a method of this path: it has ${allowed.join(', ')}`);

/** Answers every error as problem+json; a path that has other methods with 405. Errors from 500 on are logged with the request's id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('Http');

  catch(error: unknown, host: ArgumentsHost): Observable<never> | undefined {
    // The consumer handles errors of message handlers: it distinguishes Transient from Poison.
    if (host.getType() !== 'http') return throwError(() => error);
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const allowed = error instanceof NotFoundException ? allowedMethods(request.app, request.path) : [];
    const isOtherMethod = allowed.length > 0 && !allowed.includes(request.method);
    const { body, retryAfterSeconds } = isOtherMethod ? methodNotAllowed(request.method, allowed) : problemOf(error);
    if (isOtherMethod) response.setHeader('Allow', allowed.join(', '));
    if (body.status >= 500) {
      const line = { requestId: response.getHeader('x-request-id'), method: request.method, path: request.path };
      if (body.status === 500) this.#logger.error('a request failed', line, error);
      else this.#logger.warn('a request was rejected', line, error);
    }
    if (response.headersSent) {
      response.destroy();
      return undefined;
    }
    if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', retryAfterSeconds);
    if (body.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    response.status(body.status).type('application/problem+json').send(JSON.stringify(body));
    return undefined;
  }
}
