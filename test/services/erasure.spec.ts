import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { PATTERN_EXTRAS_METADATA } from '@nestjs/microservices/constants.js';
import { UserForgotten } from '@tradewind/contracts';
import type { HandlerMetadata } from '@tradewind/messaging/internals';
import { DataKeys, keyOfForgotten } from '@tradewind/service';
import { databaseServices } from '../../tools/services.js';
import { serviceParts } from './index.js';

const sealing = databaseServices.filter((service) => serviceParts[service].definition.sealing);

/** What the handlers of a service load for `user.forgotten`. */
const loads = (service: (typeof sealing)[number]): unknown[] =>
  serviceParts[service].definition.handlers.flatMap(({ prototype }: { prototype: Record<string, object> }) =>
    Object.getOwnPropertyNames(prototype).flatMap((method) => {
      const extras = Reflect.getMetadata(PATTERN_EXTRAS_METADATA, prototype[method]!) as HandlerMetadata | undefined;
      return extras?.message === UserForgotten ? Object.values(extras.load ?? {}) : [];
    }),
  );

describe.each(sealing)('the service %s, which has copies of data keys', (service) => {
  it('loads the key of a person who is forgotten, to destroy it', () =>
    expect(loads(service)).toContain(keyOfForgotten));
  it('locks its data keys first', () =>
    expect(serviceParts[service].definition.messaging.lockOrder[0]?.name).toBe(DataKeys.name));
});
