import { HttpException } from '@nestjs/common';
import { Transient } from '@tradewind/kernel';
import {
  IdempotencyBusy,
  IdempotencyMismatch,
  OutcomeUnknown,
  PayloadTooLarge,
  Unavailable,
  UniqueConflict,
} from '@tradewind/messaging';
import { StatementTimeout } from '@tradewind/messaging/internals';
import { isDatabaseUnavailable } from '../database/database-unavailable.js';
import { Forgotten } from '../sealing/forgotten.js';
import { codeOf, problemOfHttpError } from './problem-of-http-error.js';
import { Problem, problem, temporaryProblem } from './problem.js';

const internal = (): Problem =>
  problem(
    500,
    'internal-error',
    'something went wrong on our side; the x-request-id of this answer finds it in the logs',
  );

/** The problem that a client gets for an error. An unknown error is a 500 without details. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof UniqueConflict)
    return problem(409, 'already-exists', 'something that must be unique exists already');
  if (error instanceof IdempotencyMismatch) return problem(422, 'idempotency-key-reused', error.message);
  if (error instanceof IdempotencyBusy) return temporaryProblem(409, 'still-running', error.message, 1);
  if (error instanceof PayloadTooLarge)
    return problem(413, 'body-too-large', 'this does not fit into one message: send less at a time');
  if (error instanceof Forgotten) return problem(410, 'forgotten', 'this person was forgotten');
  if (error instanceof OutcomeUnknown) {
    return temporaryProblem(
      503,
      'outcome-unknown',
      'it is not known whether this was done: check before you try again, or use the same Idempotency-Key',
      1,
    );
  }
  const isTemporary = error instanceof Unavailable || error instanceof Transient || error instanceof StatementTimeout;
  if (isTemporary || isDatabaseUnavailable(error)) {
    return temporaryProblem(
      503,
      'unavailable',
      'nothing was done: a dependency is unavailable at the moment, try again',
      1,
    );
  }
  if (error instanceof HttpException) {
    const status = error.getStatus();
    return status < 500 ? problem(status, codeOf(status), error.message) : internal();
  }
  return problemOfHttpError(error) ?? internal();
}
