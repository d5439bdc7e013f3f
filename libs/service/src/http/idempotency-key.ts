import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { problem } from './problem.js';

const header = 'Idempotency-Key';
const sound = /^[\x21-\x7e]{1,100}$/;

const documented = (target: object, property: string | symbol | undefined): void => {
  const descriptor = Object.getOwnPropertyDescriptor(target, property!)!;
  ApiHeader({
    name: header,
    required: true,
    description: 'One for each thing wanted: the same key again gets the same answer.',
    schema: { type: 'string', maxLength: 100 },
  })(target, property!, descriptor);
};

/** The `Idempotency-Key` header: 1 to 100 visible ASCII characters; 400 where it is missing or something else. */
export const IdempotencyKey = createParamDecorator(
  (_: unknown, context: ExecutionContext): string => {
    const key = context.switchToHttp().getRequest<Request>().get(header);
    if (key !== undefined && sound.test(key)) return key;
    const detail = 'must be sent, with 1 to 100 visible ASCII characters';
    throw problem(400, 'invalid-request', `the header ${header} ${detail}`, { errors: [{ field: header, detail }] });
  },
  [documented],
);

/** Tells the client that this answer was given before. */
export const replayHeader = (response: Response, replayed: boolean): void => {
  if (replayed) response.setHeader('Idempotent-Replayed', 'true');
};
