import { Module, type DynamicModule } from '@nestjs/common';
import {
  CartEmptied,
  CartItemSet,
  CartItemsReturned,
  contracts,
  GoodwillFailed,
  GoodwillStarted,
  PaymentStarted,
  ProductAvailabilityChanged,
  ProductSkuChanged,
  ProfileUpdated,
  RefundStarted,
  StaffAccountChanged,
  StockAdjusted,
  topics,
  UserRegistered,
} from '@tradewind/contracts';
import { DataKeys, ServiceModule, StaffActions, type ServiceDefinition } from '@tradewind/service';
import { CreateOrdersAndPrices1760000000001 } from '../migrations/0001-create-orders-and-prices.js';
import { CheckOutHandler } from './handlers/check-out.handler.js';
import { ForgetUserHandler } from './handlers/forget-user.handler.js';
import { PricesHandler } from './handlers/prices.handler.js';
import { RecordGoodwillHandler } from './handlers/record-goodwill.handler.js';
import { DeliverWebhookEffect } from './effects/deliver-webhook.effect.js';
import { cancelOrder } from './sagas/cancel-order.saga.js';
import { placeOrder } from './sagas/place-order.saga.js';
import { Leavers } from './leavers/leavers.js';
import { CurrentPrices } from './http/current-prices.js';
import { OrderEventsController } from './http/order-events.controller.js';
import { OrdersController } from './http/orders.controller.js';
import { OwnOrders } from './http/own-orders.js';
import { WebhooksController } from './http/webhooks.controller.js';
import { StaffOrdersController } from './http/staff-orders.controller.js';
import { OrderMetrics } from './metrics/order-metrics.js';
import { OrderConfig } from './order.config.js';
import { OrderQueries } from './storage/order.queries.js';
import { LeaverQueries } from './storage/leaver.queries.js';
import { lockOrder } from './storage/order.tables.js';
import { PriceQueries } from './storage/price.queries.js';
import { StaffOrderQueries } from './storage/staff-orders.queries.js';
import { WebhookQueries } from './storage/webhook.queries.js';
import { WebhookReceiver } from './webhooks/webhook-receiver.js';
import { WebhookSecretRotation } from './webhooks/webhook-secret-rotation.js';
import { WebhookSecrets } from './webhooks/webhook-secrets.js';

export const messaging: ServiceDefinition['messaging'] = {
  service: 'order',
  contracts,
  lockOrder: [DataKeys, ...lockOrder, StaffActions],
  sagas: [placeOrder, cancelOrder],
  effects: [DeliverWebhookEffect],
  ignored: {
    order: [
      CartItemSet,
      CartEmptied,
      CartItemsReturned,
      PaymentStarted,
      RefundStarted,
      GoodwillStarted,
      GoodwillFailed,
      UserRegistered,
      ProfileUpdated,
      StaffAccountChanged,
    ],
    'order.prices': [ProductAvailabilityChanged, ProductSkuChanged, StockAdjusted],
  },
  deadLetters: topics.orderDeadLetters,
};

export const handlers = [
  CheckOutHandler, // cart.events: places the order of a checked-out cart
  RecordGoodwillHandler, // payment.events: partial refunds
  ForgetUserHandler, // user.events: destroys the data key and erases addresses
  PricesHandler, // product.events: the copy of prices
];

export const order: ServiceDefinition = {
  messaging,
  handlers,
  migrations: [CreateOrdersAndPrices1760000000001],
  sealing: true,
};

/** Orders from placement to outcome, and their sagas. */
@Module({})
export class OrderModule {
  static forRoot(config: OrderConfig): DynamicModule {
    return {
      module: OrderModule,
      imports: [ServiceModule.forRoot({ config, ...order })],
      controllers: [OrdersController, OrderEventsController, StaffOrdersController, WebhooksController, ...handlers],
      providers: [
        { provide: OrderConfig, useValue: config },
        OrderQueries,
        StaffOrderQueries,
        PriceQueries,
        CurrentPrices,
        OwnOrders,
        LeaverQueries,
        Leavers,
        WebhookQueries,
        WebhookReceiver,
        WebhookSecrets,
        WebhookSecretRotation,
        DeliverWebhookEffect,
        OrderMetrics,
      ],
    };
  }
}
