import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiForbiddenResponse, ApiSecurity } from '../openapi/annotations.js';
import type { Role } from './current-user.js';

export const publicMetadataKey = 'tradewind:public';
export const rolesMetadataKey = 'tradewind:roles';

/** Needs no access token. Every route without this decorator does. */
export const Public = (): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(publicMetadataKey, true), ApiSecurity({}));

/** Only these roles may call; others get 403. */
export const Roles = (...roles: readonly Role[]): MethodDecorator & ClassDecorator =>
  applyDecorators(
    SetMetadata(rolesMetadataKey, roles),
    ApiForbiddenResponse({ description: `Only for the role ${roles.join(' or ')}.` }),
  );
