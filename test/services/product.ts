import { product as definition, ProductModule as module } from '../../apps/product/src/product.module.js';
import { recovery } from '../../apps/product/src/recovery/recovery.js';
import { Products, StockLevels } from '../../apps/product/src/storage/product.tables.js';
import { checkStock, stockLevelViolations } from '../simulation/check/check-stock.js';
import { rowCheck, type ServiceParts } from './service-parts.js';

export const product: ServiceParts = {
  definition,
  module,
  recovery: () => recovery,
  simulation: {
    unique: [{ table: Products.name, name: 'sku_taken', properties: ['sku'] }],
    rowChecks: [rowCheck(StockLevels, stockLevelViolations)],
    checks: [checkStock],
  },
  batches: {
    initialRows: ({ lines }) => [
      { table: StockLevels, rows: [{ productId: lines[0]!.productId, available: 100, reserved: 0, sold: 0 }] },
    ],
  },
};
