import { product as definition, ProductModule as module } from '../../apps/product/src/product.module.js';
import { recovery } from '../../apps/product/src/recovery/recovery.js';
import { Products, StockLevels } from '../../apps/product/src/storage/product.tables.js';
import { checkCopies } from '../simulation/check/check-copies.js';
import { checkStock, stockLevelViolations } from '../simulation/check/check-stock.js';
import { pounds } from '../../tools/shop/trading/api.js';
import { choice, count, flag, object, optional, price, text } from './request-sample.js';
import { rowCheck, type ApiParts, type ServiceParts } from './service-parts.js';

const api: ApiParts = {
  routes: {
    'GET /products': 'everyone',
    'GET /products/archived': 'products.read',
    'POST /products': 'products.write',
    'GET /products/{id}': 'everyone',
    'PATCH /products/{id}': 'products.write',
    'POST /products/{id}/stock-adjustments': 'stock.adjust',
    'GET /products/{id}/stock-changes': 'products.read',
  },
  bodies: [
    {
      route: 'POST /products',
      client: 'admin',
      path: () => '/products',
      body: () => ({ sku: 'BAD 1', name: 'Bad', price: pounds(100), stock: 1 }),
      fields: { sku: text(64), name: text(200), ...price(0, 90_000_000), stock: count(0, 1_000_000_000) },
    },
    {
      route: 'PATCH /products/{id}',
      client: 'admin',
      path: ({ productId }) => `/products/${productId}`,
      body: () => ({ name: 'Bad', price: pounds(1) }),
      fields: {
        sku: optional(text(64)),
        name: optional(text(200)),
        ...price(0, 90_000_000),
        price: optional(object),
        archived: optional(flag),
      },
    },
    {
      route: 'POST /products/{id}/stock-adjustments',
      client: 'admin',
      path: ({ productId }) => `/products/${productId}/stock-adjustments`,
      body: () => ({ delta: 1, reason: 'other' }),
      fields: { delta: count(-1_000_000_000, 1_000_000_000, { not: 0 }), reason: choice },
    },
  ],
};

export const product: ServiceParts = {
  definition,
  module,
  recovery: () => recovery,
  api,
  simulation: {
    unique: [{ table: Products.name, name: 'sku_taken', properties: ['skuKey'] }],
    rowChecks: [rowCheck(StockLevels, stockLevelViolations)],
    checks: [checkStock, checkCopies],
  },
  batches: {
    initialRows: ({ lines }) => [
      {
        table: StockLevels,
        rows: [{ productId: lines[0]!.productId, available: 100, reserved: 0, sold: 0, changes: 1 }],
      },
    ],
  },
};
