import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { throwError, type Observable } from 'rxjs';
import { requestFields } from './request-fields.js';
import { problemOf } from './problem-of.js';
import { routeOf } from './routes.js';

/** Answers every error as problem+json. Errors from 500 on are logged with the request's id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('Http');

  catch(error: unknown, host: ArgumentsHost): Observable<never> | undefined {
    // The consumer handles errors of message handlers: it distinguishes Transient from Poison.
    if (host.getType() !== 'http') return throwError(() => error);
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const { body, retryAfterSeconds } = problemOf(error);
    if (body.status >= 500) {
      const line = {
        requestId: response.getHeader('x-request-id'),
        method: request.method,
        route: routeOf(request),
        ...requestFields(request, response),
      };
      if (body.status === 500) this.#logger.error('a request failed', line, error);
      else this.#logger.warn('a request was rejected', line, error);
    }
    if (response.headersSent) {
      response.destroy();
      return undefined;
    }
    if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', retryAfterSeconds);
    response.setHeader('Cache-Control', 'no-store');
    if (body.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    response.status(body.status).type('application/problem+json').send(JSON.stringify(body));
    return undefined;
  }
}
