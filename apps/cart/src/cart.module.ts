import { Module, type DynamicModule } from '@nestjs/common';
import {
  contracts,
  OrderAddressChanged,
  OrderCancellationRequested,
  OrderGoodwillRecorded,
  ProductSkuChanged,
  ProfileUpdated,
  StaffAccountChanged,
  StockAdjusted,
  topics,
  UserRegistered,
} from '@tradewind/contracts';
import { DataKeys, ServiceModule, type ServiceDefinition } from '@tradewind/service';
import { CreateCarts1760000000001 } from '../migrations/0001-create-carts.js';
import type { CartConfig } from './cart.config.js';
import { CopyProductHandler } from './handlers/copy-product.handler.js';
import { FollowOrderHandler } from './handlers/follow-order.handler.js';
import { ForgetUserHandler } from './handlers/forget-user.handler.js';
import { ReturnItemsHandler } from './handlers/return-items.handler.js';
import { CartController } from './http/cart.controller.js';
import { CheckOutController } from './http/check-out.controller.js';
import { CartQueries } from './storage/cart.queries.js';
import { lockOrder } from './storage/cart.tables.js';

export const messaging: ServiceDefinition['messaging'] = {
  service: 'cart',
  contracts,
  lockOrder: [DataKeys, ...lockOrder],
  deadLetters: topics.cartDeadLetters,
  ignored: {
    cart: [
      UserRegistered,
      ProfileUpdated,
      StaffAccountChanged,
      OrderAddressChanged,
      OrderCancellationRequested,
      OrderGoodwillRecorded,
    ],
    'cart.prices': [ProductSkuChanged, StockAdjusted],
  },
};

export const handlers = [
  CopyProductHandler, // product.events: the copy of names and prices
  FollowOrderHandler, // order.events: the status of checkouts
  ReturnItemsHandler, // order.events: gives the lines of rejected orders back
  ForgetUserHandler, // user.events: destroys the data key and deletes carts
];

export const cart: ServiceDefinition = { messaging, handlers, migrations: [CreateCarts1760000000001], sealing: true };

/** Carts and their checkouts. */
@Module({})
export class CartModule {
  static forRoot(config: CartConfig): DynamicModule {
    return {
      module: CartModule,
      imports: [ServiceModule.forRoot({ config, ...cart })],
      controllers: [CartController, CheckOutController, ...handlers],
      providers: [CartQueries],
    };
  }
}
