import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { bodyLimits, defaultBodyLimit, maxBodyLimit } from './body-limit.js';
import { shapeProblem } from './json-shape.js';
import { bodyTooLarge, problemOfHttpError } from './problem-of-http-error.js';
import { Problem, problem } from './problem.js';
import { patternOf } from './routes.js';

type RequestWithBytes = Request & { rawBody?: Buffer };

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** Every parameter counts: a parser may read the first or the last one. */
const hasOtherCharset = (contentType: string): boolean =>
  [...contentType.matchAll(/;\s*charset\s*=\s*"?([^\s";]*)/gi)].some(([, name = '']) => !/^utf-?8$/i.test(name));

const unsupported = (): Problem =>
  problem(415, 'unsupported-media-type', 'the body must be JSON in UTF-8, sent with Content-Type: application/json');

const requireJson: RequestHandler = (request, _response, next) =>
  hasBody(request) && (!request.is(['json', '+json']) || hasOtherCharset(request.get('content-type') ?? ''))
    ? next(unsupported())
    : next();

/** Refuses a body by its length: the one it announces, or, without one or with an encoding, the one it has. */
function limitLength(app: NestExpressApplication, lengthOf: (request: RequestWithBytes) => number): RequestHandler {
  let limits: ReadonlyMap<string, number> | undefined;
  return (request, _response, next) => {
    const length = lengthOf(request);
    if (length === 0) return next();
    limits ??= bodyLimits(app);
    const limit =
      limits.get(`${request.method} ${patternOf(request.app, request.method, request.path)}`) ?? defaultBodyLimit;
    next(length > limit ? bodyTooLarge(limit) : undefined);
  };
}

/** Counts fields, items and levels before it parses: validating them costs a thousand times as much. */
const parse: RequestHandler = (request: RequestWithBytes, _response, next) => {
  const bytes = request.rawBody;
  if (bytes === undefined) return next();
  if (!isUtf8(bytes)) return next(unsupported());
  const wrong = shapeProblem(bytes);
  if (wrong !== undefined) return next(problem(400, 'invalid-request', `the body ${wrong}`));
  const body = parsed(bytes);
  if (body === undefined) return next(problem(400, 'invalid-request', 'the body is not a JSON object or array'));
  request.body = body;
  next();
};

/** Undefined if it is neither an object nor an array. */
function parsed(bytes: Buffer): object | undefined {
  if (bytes.length === 0) return {};
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Runs before Nest's own filter, which would send the parser's message. */
const hideParserErrors: ErrorRequestHandler = (error, _request, _response, next) =>
  next(error instanceof Problem ? error : (problemOfHttpError(error) ?? error));

/**
 * JSON bodies in UTF-8 only, limited in size (`BodyLimit`), depth, fields, items and values. `request.rawBody` has the original bytes, for
 * signatures. The app must be created with `rawBody`.
 */
export function acceptJson(app: NestExpressApplication): void {
  app.use(
    requireJson,
    limitLength(app, ({ headers }) => Number(headers['content-length'] ?? 0)),
  );
  app.useBodyParser('raw', { limit: maxBodyLimit, type: ['json', '+json'] });
  app.use(
    limitLength(app, ({ rawBody }) => rawBody?.length ?? 0),
    parse,
    hideParserErrors,
  );
}
