import type { IncomingMessage } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { bodyLimit, problemOfHttpError } from './problem-of-http-error.js';
import { problem } from './problem.js';

const depthLimit = 32;

const quote = 0x22;
const backslash = 0x5c;

/** How deep arrays and objects are nested, without parsing: brackets inside of texts don't count. */
export function depthOf(json: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]!;
    if (inText) {
      if (byte === backslash) at++;
      else if (byte === quote) inText = false;
    } else if (byte === quote) inText = true;
    else if (byte === 0x5b || byte === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return deepest;
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

const onlyJson: RequestHandler = (request, _response, next) =>
  hasBody(request) && !request.is(['json', '+json'])
    ? next(problem(415, 'unsupported-media-type', 'the body must be JSON, sent with Content-Type: application/json'))
    : next();

const boundedInDepth: RequestHandler = (request: IncomingMessage & { rawBody?: Buffer }, _response, next) =>
  request.rawBody && depthOf(request.rawBody) > depthLimit
    ? next(problem(400, 'invalid-request', `the body must not be nested more than ${depthLimit} levels deep`))
    : next();

/** Before Nest sees it: it would tell the parser's own words. */
const told: ErrorRequestHandler = (error, _request, _response, next) => next(problemOfHttpError(error) ?? error);

/** JSON bodies only, bounded in size and depth. The bytes as they came are `request.rawBody`, for signatures. The app is made with `rawBody`. */
export function acceptJson(app: NestExpressApplication): void {
  app.use(onlyJson);
  app.useBodyParser('json', { limit: bodyLimit, type: ['json', '+json'] });
  app.use(boundedInDepth, told);
}
