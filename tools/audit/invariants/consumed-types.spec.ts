import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { PATTERN_EXTRAS_METADATA } from '@nestjs/microservices/constants.js';
import type { DynamicModule } from '@nestjs/common';
import { messageInfo, type HandlerMetadata, type MessageClass } from '@tradewind/messaging';
import { replyClassesOf } from '@tradewind/saga';
import { CartModule } from '../../../apps/cart/src/cart.module.js';
import { OrderModule, messaging as order } from '../../../apps/order/src/order.module.js';
import { PaymentModule } from '../../../apps/payment/src/payment.module.js';
import { ProductModule } from '../../../apps/product/src/product.module.js';
import { UserModule } from '../../../apps/user/src/user.module.js';
import { compactedTopicConsumers, consumedTypes } from './consumed-types.js';

/** The types that the controllers of the services and the sagas of the order service handle, by consumer and topic. */
function handled(
  services: Readonly<Record<string, DynamicModule>>,
  compacted: boolean,
): Record<string, Record<string, string[]>> {
  const found: Record<string, Record<string, string[]>> = {};
  const add = (cls: MessageClass, consumer: string): void => {
    const { type, topic } = messageInfo(cls);
    if ((topic.retention === 'compact') === compacted) ((found[consumer] ??= {})[topic.name] ??= []).push(type);
  };
  if (services['order']) for (const cls of new Set((order.sagas ?? []).flatMap(replyClassesOf))) add(cls, 'order');
  for (const [service, { controllers = [], imports = [] }] of Object.entries(services)) {
    const own = imports.flatMap((each) => ('controllers' in each ? (each.controllers ?? []) : []));
    for (const { prototype } of [...controllers, ...own] as { prototype: Record<string, object> }[]) {
      for (const method of Object.getOwnPropertyNames(prototype)) {
        const extras = Reflect.getMetadata(PATTERN_EXTRAS_METADATA, prototype[method]!) as HandlerMetadata | undefined;
        if (!extras) continue;
        add(extras.message, extras.consumer === undefined ? service : `${service}.${extras.consumer}`);
      }
    }
  }
  return found;
}

const sorted = (of: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>) =>
  Object.fromEntries(
    Object.entries(of).map(([consumer, topics]) => [
      consumer,
      Object.fromEntries(Object.entries(topics).map(([topic, types]) => [topic, types.toSorted()])),
    ]),
  );

describe('the types that the audit expects each consumer to handle', () => {
  const config = { LOG_LEVEL: 'error' } as never;
  const services = {
    user: UserModule.forRoot(config),
    product: ProductModule.forRoot(config),
    cart: CartModule.forRoot(config),
    order: OrderModule.forRoot(config),
    payment: PaymentModule.forRoot(config),
  };
  it('are those of the controllers', () => expect(sorted(handled(services, false))).toEqual(sorted(consumedTypes)));
  it('names the consumers of compacted topics', () =>
    expect(Object.keys(handled(services, true)).toSorted()).toEqual(compactedTopicConsumers.toSorted()));
});
