import { RequestMethod, SetMetadata, type INestApplicationContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';

/** Bytes of a body on a route without a limit of its own. */
export const defaultBodyLimit = 16 * 1_024;
/** Bytes: no route may allow more. */
export const maxBodyLimit = 256 * 1_024;

const metadataKey = 'tradewind:body-limit';

/** The most bytes that the body of this route may have: fewer for a log-in, more for a list. */
export const BodyLimit = (bytes: number): MethodDecorator => SetMetadata(metadataKey, bytes);

const pathOf = (target: object): string => String(Reflect.getMetadata('path', target) ?? '').replace(/^\/|\/$/g, '');

/** The limits of the routes that have one of their own, by `POST /auth/login`. */
export function bodyLimits(app: INestApplicationContext): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  for (const { controllers } of app.get(ModulesContainer).values())
    for (const { metatype } of controllers.values())
      for (const method of Object.values(Object.getOwnPropertyDescriptors(metatype?.prototype ?? {}))) {
        const handler: unknown = method.value;
        const limit: unknown = typeof handler === 'function' ? Reflect.getMetadata(metadataKey, handler) : undefined;
        if (typeof handler !== 'function' || typeof limit !== 'number') continue;
        const path = [pathOf(metatype as object), pathOf(handler)].filter(Boolean).join('/');
        limits.set(`${RequestMethod[Reflect.getMetadata('method', handler) as number]} /${path}`, limit);
      }
  return limits;
}
