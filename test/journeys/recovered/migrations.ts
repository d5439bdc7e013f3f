import type { MigrationInterface } from 'typeorm';
import type { DatabaseService } from '../../../tools/services.js';
import { CreateCarts1760000000001 } from '../../../apps/cart/migrations/0001-create-carts.js';
import { CreateOrdersAndPrices1760000000001 } from '../../../apps/order/migrations/0001-create-orders-and-prices.js';
import { CreatePaymentsAndLedger1760000000001 } from '../../../apps/payment/migrations/0001-create-payments-and-ledger.js';
import { CreateCatalogueAndStock1760000000001 } from '../../../apps/product/migrations/0001-create-catalogue-and-stock.js';
import { CreateAccountsAndKeys1760000000001 } from '../../../apps/user/migrations/0001-create-accounts-and-keys.js';

/** The migrations that make each service's business tables. */
export const migrationsOf: Readonly<Record<DatabaseService, readonly (new () => MigrationInterface)[]>> = {
  user: [CreateAccountsAndKeys1760000000001],
  product: [CreateCatalogueAndStock1760000000001],
  cart: [CreateCarts1760000000001],
  order: [CreateOrdersAndPrices1760000000001],
  payment: [CreatePaymentsAndLedger1760000000001],
};
