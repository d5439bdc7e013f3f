import { Module, type DynamicModule } from '@nestjs/common';
import { contracts, topics } from '@tradewind/contracts';
import { ServiceModule, StaffActions, type ServiceDefinition } from '@tradewind/service';
import { CreateCatalogueAndStock1760000000001 } from '../migrations/0001-create-catalogue-and-stock.js';
import { ReleaseStockHandler } from './handlers/release-stock.handler.js';
import { ReserveStockHandler } from './handlers/reserve-stock.handler.js';
import { SellStockHandler } from './handlers/sell-stock.handler.js';
import { TakeBackStockHandler } from './handlers/take-back-stock.handler.js';
import { ProductsController } from './http/products.controller.js';
import { StockController } from './http/stock.controller.js';
import type { ProductConfig } from './product.config.js';
import { OverdueReservations } from './storage/overdue-reservations.metric.js';
import { ProductQueries } from './storage/product.queries.js';
import { StockHistoryQueries } from './storage/stock-history.queries.js';
import { lockOrder } from './storage/product.tables.js';

export const messaging: ServiceDefinition['messaging'] = {
  service: 'product',
  contracts,
  lockOrder: [...lockOrder, StaffActions],
  deadLetters: topics.productDeadLetters,
};

/** All consume `stock.commands`. */
export const handlers = [ReserveStockHandler, ReleaseStockHandler, SellStockHandler, TakeBackStockHandler];

export const product: ServiceDefinition = { messaging, handlers, migrations: [CreateCatalogueAndStock1760000000001] };

/** The catalogue, its stock, and the reservations of orders. */
@Module({})
export class ProductModule {
  static forRoot(config: ProductConfig): DynamicModule {
    return {
      module: ProductModule,
      imports: [ServiceModule.forRoot({ config, ...product })],
      controllers: [ProductsController, StockController, ...handlers],
      providers: [ProductQueries, StockHistoryQueries, OverdueReservations],
    };
  }
}
