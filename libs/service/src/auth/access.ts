import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import type { Role } from './current-user.js';

export const publicMark = 'tradewind:public';
export const rolesMark = 'tradewind:roles';

/** Anybody may call, without a token. Without this mark a route wants a valid access token. */
export const Public = (): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(publicMark, true), ApiSecurity({}));

/** Only these roles may call; others get 403. */
export const Roles = (...roles: readonly Role[]): MethodDecorator & ClassDecorator => SetMetadata(rolesMark, roles);
