import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Role, UserId } from '@tradewind/contracts';

/** The caller, from the access token. */
export interface User {
  readonly id: UserId;
  readonly role: Role;
  /** When the access token expires, in milliseconds. */
  readonly expiresAt: number;
  /** The session for which the token was issued. */
  readonly sessionId?: string;
}

/** A request that passed the guard. */
export interface Authenticated {
  user?: User;
}

export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): User => {
  const { user } = context.switchToHttp().getRequest<Authenticated>();
  if (!user) throw new TypeError('@CurrentUser on a public route: it has no user');
  return user;
});
