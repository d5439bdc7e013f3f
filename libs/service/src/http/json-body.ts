import type { IncomingMessage } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { bodyLimit, problemOfHttpError } from './problem-of-http-error.js';
import { problem } from './problem.js';

const maxDepth = 32;

const quote = 0x22;
const backslash = 0x5c;

/** The nesting depth of arrays and objects, without parsing. Brackets inside strings don't count. */
export function depthOf(json: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (inString) {
      if (byte === backslash) at++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === 0x5b || byte === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return deepest;
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

const requireJson: RequestHandler = (request, _response, next) =>
  hasBody(request) && !request.is(['json', '+json'])
    ? next(problem(415, 'unsupported-media-type', 'the body must be JSON, sent with Content-Type: application/json'))
    : next();

const limitDepth: RequestHandler = (request: IncomingMessage & { rawBody?: Buffer }, _response, next) =>
  request.rawBody && depthOf(request.rawBody) > maxDepth
    ? next(problem(400, 'invalid-request', `the body must not be nested more than ${maxDepth} levels deep`))
    : next();

/** Runs before Nest's own filter, which would send the parser's message. */
const hideParserErrors: ErrorRequestHandler = (error, _request, _response, next) =>
  next(problemOfHttpError(error) ?? error);

/** JSON bodies only, limited in size and depth. `request.rawBody` has the original bytes, for signatures. The app must be created with `rawBody`. */
export function acceptJson(app: NestExpressApplication): void {
  app.use(requireJson);
  app.useBodyParser('json', { limit: bodyLimit, type: ['json', '+json'] });
  app.use(limitDepth, hideParserErrors);
}
