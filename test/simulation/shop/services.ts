import * as cart from '../../../apps/cart/src/cart.module.js';
import * as order from '../../../apps/order/src/order.module.js';
import { FullRefundEffect } from '../../../apps/payment/src/effects/full-refund.effect.js';
import { GoodwillEffect } from '../../../apps/payment/src/effects/goodwill.effect.js';
import { LookUpTakeEffect } from '../../../apps/payment/src/effects/look-up-take.effect.js';
import { TakePaymentEffect } from '../../../apps/payment/src/effects/take-payment.effect.js';
import * as payment from '../../../apps/payment/src/payment.module.js';
import type { PaymentProvider } from '../../../apps/payment/src/provider/payment-provider.js';
import { Payments } from '../../../apps/payment/src/storage/payment.tables.js';
import * as product from '../../../apps/product/src/product.module.js';
import type { AnyEffect, MessagingOptions, PropertyOf, Table } from '@tradewind/messaging';

export const serviceNames = ['product', 'cart', 'order', 'payment'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** Reads rows outside decisions, like the queries of the services: rows whose property has one of the values. */
export type ReadRows = <S extends object>(
  table: Table<S>,
  by: PropertyOf<S>,
  values: readonly string[],
) => Promise<readonly S[]>;

/** The options and handlers of a service, the same as in its Nest module. */
export interface ServiceParts {
  readonly messaging: MessagingOptions;
  readonly handlers: readonly (new () => object)[];
  readonly effects: (read: ReadRows, provider: PaymentProvider) => readonly AnyEffect[];
}

const noEffects = (): readonly AnyEffect[] => [];

const paymentEffects: ServiceParts['effects'] = (read, provider) => {
  const payments = { find: async (orderId: string) => (await read(Payments, 'orderId', [orderId]))[0] };
  return [
    new TakePaymentEffect(payments, provider),
    new LookUpTakeEffect(payments, provider),
    new FullRefundEffect(payments, provider),
    new GoodwillEffect(provider),
  ];
};

export const services: Readonly<Record<ServiceName, ServiceParts>> = {
  product: { ...product, effects: noEffects },
  cart: { ...cart, effects: noEffects },
  order: { ...order, effects: noEffects },
  payment: { ...payment, effects: paymentEffects },
};
