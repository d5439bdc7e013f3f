import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '../openapi/annotations.js';
import type { Request, Response } from 'express';
import { problem } from './problem.js';

const header = 'Idempotency-Key';
/** The form of an idempotency key. */
export const idempotencyKey = /^[\x21-\x7e]{1,100}$/;

const documentHeader =
  (required: boolean, description: string) =>
  (target: object, property: string | symbol | undefined): void => {
    const descriptor = property === undefined ? undefined : Object.getOwnPropertyDescriptor(target, property);
    if (property === undefined || descriptor === undefined) throw new TypeError('@IdempotencyKey is for methods');
    const schema = { type: 'string', pattern: idempotencyKey.source, example: '5f0c6a7e-order-1' } as const;
    ApiHeader({ name: header, required, description, schema })(target, property, descriptor);
  };

/** The header of the request: undefined if it is missing; throws a 400 problem if it is malformed. */
function keyOf(context: ExecutionContext, detail: string): string | undefined {
  const key = context.switchToHttp().getRequest<Request>().get(header);
  if (key === undefined || idempotencyKey.test(key)) return key;
  throw invalidKey(detail);
}

const invalidKey = (detail: string) =>
  problem(400, 'invalid-request', `the header ${header} ${detail}`, { errors: [{ field: header, detail }] });

const mustBeSent = 'must be sent, with 1 to 100 visible ASCII characters';

/** The `Idempotency-Key` header: 1 to 100 visible ASCII characters; 400 if it is missing or malformed. */
export const IdempotencyKey = createParamDecorator(
  (_: unknown, context: ExecutionContext): string => {
    const key = keyOf(context, mustBeSent);
    if (key === undefined) throw invalidKey(mustBeSent);
    return key;
  },
  [documentHeader(true, 'Identifies one request: a repetition with the same key gets the same answer.')],
);

/** As `IdempotencyKey`, but undefined if the header is missing: then each request takes effect. */
export const OptionalIdempotencyKey = createParamDecorator(
  (_: unknown, context: ExecutionContext): string | undefined =>
    keyOf(context, 'must have 1 to 100 visible ASCII characters'),
  [
    documentHeader(
      false,
      'Recommended. Identifies one operation on this object: a repetition with the same key gets the same answer, also from another administrator, and it is done once.',
    ),
  ],
);

/** Marks an answer that repeats an earlier one. */
export const setReplayedHeader = (response: Response, replayed: boolean): void => {
  if (replayed) response.setHeader('Idempotent-Replayed', 'true');
};
