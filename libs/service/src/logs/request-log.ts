import { Logger } from '@nestjs/common';
import type { Randomness } from '@tradewind/kernel';
import type { RequestHandler } from 'express';
import { routeOf } from '../http/routes.js';
import { requestFields, spanFields } from '../http/request-fields.js';

const validId = /^[\w.-]{1,100}$/;
const debugPaths = new Set(['/healthz', '/readyz']);

/**
 * Logs one line per request: id, method, route (never the path, query, headers or body), status, duration, and the ids of the
 * order and of the trace. The id is the client's
 * `x-request-id` or a new one; the response contains it.
 */
export function requestLog(randomness: Randomness): RequestHandler {
  const logger = new Logger('Http');
  const processPrefix = Buffer.from(randomness.bytes(6)).toString('hex');
  let count = 0;
  return (request, response, next) => {
    const started = performance.now();
    const clientId = request.get('x-request-id');
    const id = clientId && validId.test(clientId) ? clientId : `${processPrefix}-${(++count).toString(36)}`; // new random bytes for every request would cost more than the rest of this function
    const isDebug = debugPaths.has(request.path);
    const span = spanFields(); // it is no longer active when the response is closed
    response.setHeader('x-request-id', id);
    response.once('close', () => {
      const line = {
        requestId: id,
        method: request.method,
        route: routeOf(request),
        status: response.statusCode,
        milliseconds: Math.round((performance.now() - started) * 10) / 10,
        ...(response.writableFinished ? {} : { aborted: true }),
        ...requestFields(request, response),
        ...span,
      };
      if (isDebug) logger.debug(line);
      else logger.log(line);
    });
    next();
  };
}
