import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { roleAllows, type Permission } from '@tradewind/contracts';
import { problem } from '../http/index.js';
import { permissionMetadataKey, publicMetadataKey } from './access.js';
import type { Authenticated } from './current-user.js';
import { TokenVerifier } from './token.js';

/** The access token of a request, from `Authorization: Bearer <token>`. */
export const bearerToken = (request: Pick<Request, 'get'>): string | undefined =>
  /^Bearer ([^\s]+)$/i.exec(request.get('authorization') ?? '')?.[1];

/** Requires an access token on every route that is not public, and a role with the route's permission if it names one. Messages pass. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(TokenVerifier) private readonly tokens: TokenVerifier,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(publicMetadataKey, targets)) return true;
    return this.#authorise(
      context.switchToHttp().getRequest(),
      this.reflector.getAllAndOverride<Permission | undefined>(permissionMetadataKey, targets),
    );
  }

  async #authorise(request: Request & Authenticated, permission: Permission | undefined): Promise<true> {
    const token = bearerToken(request);
    if (!token) throw problem(401, 'not-authenticated', 'an access token is needed: Authorization: Bearer <token>');
    const user = await this.tokens.verify(token);
    if (permission && !roleAllows(user.role, permission))
      throw problem(403, 'not-allowed', `this needs the permission ${permission}`);
    request.user = user;
    return true;
  }
}
