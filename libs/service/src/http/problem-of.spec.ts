import {
  BadRequestException,
  ForbiddenException,
  InternalServerErrorException,
  NotFoundException,
} from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { Transient } from '@tradewind/kernel';
import {
  IdempotencyBusy,
  IdempotencyMismatch,
  OutcomeUnknown,
  PayloadTooLarge,
  Unavailable,
  UniqueConflict,
} from '@tradewind/messaging';
import { Forgotten } from '../sealing/forgotten.js';
import { problemOf } from './problem-of.js';
import { problem } from './problem.js';

const parserError = (type: string, status: number): Error =>
  Object.assign(new Error('near "hunter2"'), { type, status, expose: true });
const databaseError = (code: string): Error => Object.assign(new Error('select secret from accounts'), { code });

describe('an error on its way to a client', () => {
  it.each([
    ['a problem as it is', problem(409, 'price-changed', 'a price has changed', { lines: [1] }), 409, 'price-changed'],
    ['a unique violation', new UniqueConflict('accounts_email'), 409, 'already-exists'],
    ['an idempotency key with another body', new IdempotencyMismatch(), 422, 'idempotency-key-reused'],
    ['an idempotency key whose first request still runs', new IdempotencyBusy(), 409, 'still-running'],
    ['too much for one message', new PayloadTooLarge('x', 2, 1), 413, 'body-too-large'],
    ['a forgotten person', new Forgotten('x'), 410, 'forgotten'],
    ['an unavailable database', new Unavailable('x'), 503, 'unavailable'],
    ['a commit with an unknown outcome', new OutcomeUnknown('x'), 503, 'outcome-unknown'],
    ['a transient failure', new Transient('x'), 503, 'unavailable'],
    ['a database that shuts down', databaseError('57P01'), 503, 'unavailable'],
    ['a database that is read-only', databaseError('25006'), 503, 'unavailable'],
    ['a prepared statement that is gone', databaseError('26000'), 503, 'unavailable'],
    ['a statement that took too long', databaseError('57014'), 503, 'unavailable'],
    ['a refused connection', databaseError('ECONNREFUSED'), 503, 'unavailable'],
    ['an unknown route', new NotFoundException('Cannot GET /x'), 404, 'not-found'],
    ['a missing permission', new ForbiddenException(), 403, 'not-allowed'],
    ['a wrong parameter', new BadRequestException('limit'), 400, 'invalid-request'],
    ['a body over the limit', parserError('entity.too.large', 413), 413, 'body-too-large'],
    ['a body that is not JSON', parserError('entity.parse.failed', 400), 400, 'invalid-request'],
    ['another charset', parserError('charset.unsupported', 415), 415, 'unsupported-media-type'],
    ['an aborted request', parserError('request.aborted', 400), 400, 'invalid-request'],
    ['a bug', new TypeError('undefined is not a function'), 500, 'internal-error'],
    ['broken SQL', databaseError('42601'), 500, 'internal-error'],
    ['an internal error of the framework', new InternalServerErrorException('secret'), 500, 'internal-error'],
    ['a thrown text', 'secret', 500, 'internal-error'],
  ])('%s gets its status and code', (_, error, status, code) => {
    const { body } = problemOf(error);
    expect(body).toMatchObject({ status, type: `/problems/${code}`, title: expect.any(String) });
  });

  it.each([
    new TypeError('secret'),
    databaseError('42601'),
    parserError('entity.parse.failed', 400),
    parserError('other', 400),
    new InternalServerErrorException('secret'),
  ])('reveals no internals', (error) =>
    expect(JSON.stringify(problemOf(error).body)).not.toMatch(/secret|hunter2|stack|select/),
  );

  it.each([new Unavailable('x'), new OutcomeUnknown('x'), new Transient('x'), new IdempotencyBusy()])(
    'tells the client when to try again',
    (error) => expect(problemOf(error).retryAfterSeconds).toBe(1),
  );

  it("keeps the problem's extra fields", () =>
    expect(problemOf(problem(409, 'price-changed', 'x', { lines: [1] })).body).toMatchObject({ lines: [1] }));
});
