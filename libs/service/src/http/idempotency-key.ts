import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '../openapi/annotations.js';
import type { Request, Response } from 'express';
import { problem } from './problem.js';

const header = 'Idempotency-Key';
/** The form of an idempotency key. */
export const idempotencyKey = /^[\x21-\x7e]{1,100}$/;

const documentHeader = (target: object, property: string | symbol | undefined): void => {
  const descriptor = property === undefined ? undefined : Object.getOwnPropertyDescriptor(target, property);
  if (property === undefined || descriptor === undefined) throw new TypeError('@IdempotencyKey is for methods');
  ApiHeader({
    name: header,
    required: true,
    description: 'Identifies one request: a repetition with the same key gets the same answer.',
    schema: { type: 'string', pattern: idempotencyKey.source, example: '5f0c6a7e-order-1' },
  })(target, property, descriptor);
};

/** The `Idempotency-Key` header: 1 to 100 visible ASCII characters; 400 if it is missing or malformed. */
export const IdempotencyKey = createParamDecorator(
  (_: unknown, context: ExecutionContext): string => {
    const key = context.switchToHttp().getRequest<Request>().get(header);
    if (key !== undefined && idempotencyKey.test(key)) return key;
    const detail = 'must be sent, with 1 to 100 visible ASCII characters';
    throw problem(400, 'invalid-request', `the header ${header} ${detail}`, { errors: [{ field: header, detail }] });
  },
  [documentHeader],
);

/** Marks an answer that repeats an earlier one. */
export const setReplayedHeader = (response: Response, replayed: boolean): void => {
  if (replayed) response.setHeader('Idempotent-Replayed', 'true');
};
