import { applyDecorators, SetMetadata } from '@nestjs/common';
import { rolesWith, type Permission } from '@tradewind/contracts';
import { ApiExtension, ApiForbiddenResponse, ApiSecurity } from '../openapi/annotations.js';

export const publicMetadataKey = 'tradewind:public';
export const permissionMetadataKey = 'tradewind:permission';

/** Needs no access token. Every route without this decorator does. */
export const Public = (): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(publicMetadataKey, true), ApiSecurity({}));

/** Only a person whose role has this permission may call; others get 403. */
export const Requires = (permission: Permission): MethodDecorator & ClassDecorator =>
  applyDecorators(
    SetMetadata(permissionMetadataKey, permission),
    ApiExtension('x-permission', permission),
    ApiForbiddenResponse({
      description: `Needs the permission \`${permission}\`, which these roles have: ${rolesWith(permission).join(', ')}.`,
    }),
  );
