import { HttpException } from '@nestjs/common';
import { Transient } from '@tradewind/kernel';
import { IdempotencyBusy, IdempotencyMismatch, PayloadTooLarge, Unavailable, UniqueConflict } from '@tradewind/messaging';
import { isDatabaseAway } from '../database/database-away.js';
import { Forgotten } from '../sealing/forgotten.js';
import { bodyLimit } from './json-body.js';
import { Problem, problem, problemForNow } from './problem.js';

const codes: Readonly<Record<number, string>> = {
  400: 'invalid-request',
  401: 'not-authenticated',
  403: 'not-allowed',
  404: 'not-found',
  405: 'method-not-allowed',
  409: 'conflict',
  413: 'body-too-large',
  415: 'unsupported-media-type',
  429: 'too-many-requests',
  503: 'unavailable',
};

const codeOf = (status: number): string => codes[status] ?? (status < 500 ? 'invalid-request' : 'internal-error');

const internal = (): Problem => problem(500, 'internal-error', 'something went wrong on our side; the x-request-id of this answer finds it in the logs');

/** What the body parser says, by its `type`. Its own messages repeat parts of the body. */
const bodyProblems: Readonly<Record<string, Problem>> = {
  'entity.too.large': problem(413, 'body-too-large', `the body must not have more than ${bodyLimit / 1024} kB`),
  'entity.parse.failed': problem(400, 'invalid-request', 'the body is not a JSON object or array'),
  'charset.unsupported': problem(415, 'unsupported-media-type', 'the body must be JSON in UTF-8'),
  'encoding.unsupported': problem(415, 'unsupported-media-type', 'this Content-Encoding is not supported'),
};

/** The errors of Express and its parsers carry a status. */
function problemOfHttpError(error: unknown): Problem | undefined {
  const { status, type } = (error ?? {}) as { status?: unknown; type?: unknown };
  if (!(error instanceof Error) || typeof status !== 'number' || status < 400 || status >= 500) return undefined;
  return (typeof type === 'string' ? bodyProblems[type] : undefined) ?? problem(status, codeOf(status), 'the request could not be read');
}

/** What a client is told of an error. Everything that is not foreseen is a 500 that tells nothing. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof UniqueConflict) return problem(409, 'already-exists', 'something that must be single exists already');
  if (error instanceof IdempotencyMismatch) return problem(422, 'idempotency-key-reused', error.message);
  if (error instanceof IdempotencyBusy) return problemForNow(409, 'still-running', error.message, 1);
  if (error instanceof PayloadTooLarge) return problem(413, 'body-too-large', 'this is more than fits into one message: ask for less at a time');
  if (error instanceof Forgotten) return problem(410, 'forgotten', 'this person was forgotten');
  if (error instanceof Unavailable || error instanceof Transient || isDatabaseAway(error)) {
    return problemForNow(503, 'unavailable', 'nothing was done: something that is needed is away for the moment, try again', 1);
  }
  if (error instanceof HttpException) {
    const status = error.getStatus();
    return status < 500 ? problem(status, codeOf(status), error.message) : internal();
  }
  return problemOfHttpError(error) ?? internal();
}
