import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { UserId } from '@tradewind/contracts';
import type { Request } from 'express';
import type { Authenticated } from '../auth/index.js';
import { clientAddress, problem } from '../http/index.js';
import { ApiHeader } from '../openapi/annotations.js';

/** A member of staff who does something: who, from where, and why. */
export interface ActingStaff {
  readonly actor: UserId;
  /** The client's IP address. */
  readonly address: string;
  /** A code or the number of a ticket, from the header `Action-Reason`. */
  readonly reason?: string;
}

const header = 'Action-Reason';
/** No text that could have a name or an address of a person: what is recorded stays. */
const form = /^[A-Za-z0-9#][A-Za-z0-9#._:/-]{0,99}$/;
const detail =
  'must be a code or the number of a ticket, for example SUP-1234: up to 100 letters, digits and # . _ : / -';

const documentHeader = (target: object, property: string | symbol | undefined): void => {
  const descriptor = property === undefined ? undefined : Object.getOwnPropertyDescriptor(target, property);
  if (property === undefined || descriptor === undefined) throw new TypeError('@Acting is for methods');
  const schema = { type: 'string', pattern: form.source, example: 'SUP-1234' } as const;
  const description = 'Why: a code or the number of a ticket. It is recorded with the action.';
  ApiHeader({ name: header, required: false, description, schema })(target, property, descriptor);
};

/** Who acts, for `recordedAction`. 400 for a reason that is neither a code nor the number of a ticket. */
export const Acting = createParamDecorator(
  (_: unknown, context: ExecutionContext): ActingStaff => {
    const request = context.switchToHttp().getRequest<Request & Authenticated>();
    if (!request.user) throw new TypeError('@Acting on a public route: it has no user');
    const reason = request.get(header);
    if (reason !== undefined && !form.test(reason))
      throw problem(400, 'invalid-request', `the header ${header} ${detail}`, { errors: [{ field: header, detail }] });
    return { actor: request.user.id, address: clientAddress(request), ...(reason !== undefined && { reason }) };
  },
  [documentHeader],
);
