import { Logger } from '@nestjs/common';
import type { Randomness } from '@tradewind/kernel';
import type { RequestHandler } from 'express';

const soundId = /^[\w.-]{1,100}$/;
const quiet = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * One line for each request: id, method, path (never the query, headers or body), status and duration. The id is the client's
 * `x-request-id`, or a new one, and goes back to it.
 */
export function requestLog(randomness: Randomness): RequestHandler {
  const logger = new Logger('Http');
  const process = Buffer.from(randomness.bytes(6)).toString('hex');
  let count = 0;
  return (request, response, next) => {
    const started = performance.now();
    const asked = request.get('x-request-id');
    const id = asked && soundId.test(asked) ? asked : `${process}-${(++count).toString(36)}`; // random bytes for each cost more than all else here
    const path = request.path;
    response.setHeader('x-request-id', id);
    response.once('close', () => {
      const line = {
        requestId: id,
        method: request.method,
        path,
        status: response.statusCode,
        milliseconds: Math.round((performance.now() - started) * 10) / 10,
        ...(response.writableFinished ? {} : { aborted: true }),
      };
      if (quiet.has(path)) logger.debug(line);
      else logger.log(line);
    });
    next();
  };
}
