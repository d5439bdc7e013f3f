import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { problem } from '../http/index.js';
import { publicMark, rolesMark } from './access.js';
import type { Authenticated, Role } from './current-user.js';
import { TokenVerifier } from './token.js';

/** Every route wants an access token, unless it is public; and one of its roles, where it names some. Messages pass. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(TokenVerifier) private readonly tokens: TokenVerifier,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const marked = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(publicMark, marked)) return true;
    return this.#admit(
      context.switchToHttp().getRequest(),
      this.reflector.getAllAndOverride<readonly Role[]>(rolesMark, marked),
    );
  }

  async #admit(request: Request & Authenticated, roles: readonly Role[] | undefined): Promise<true> {
    const token = /^Bearer ([^\s]+)$/i.exec(request.get('authorization') ?? '')?.[1];
    if (!token) throw problem(401, 'not-authenticated', 'an access token is needed: Authorization: Bearer <token>');
    const user = await this.tokens.verify(token);
    if (roles && !roles.includes(user.role))
      throw problem(403, 'not-allowed', `this is for the role ${roles.join(' or ')}`);
    request.user = user;
    return true;
  }
}
