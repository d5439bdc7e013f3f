import { cart as definition, CartModule as module } from '../../apps/cart/src/cart.module.js';
import { recovery } from '../../apps/cart/src/recovery/recovery.js';
import { CartLines, Carts, Checkouts } from '../../apps/cart/src/storage/cart.tables.js';
import type { BatchParts, ServiceParts } from './service-parts.js';

/** An open cart with one line, and an earlier checkout. */
const initialRows: BatchParts['initialRows'] = ({ orderId, userId, lines, total, keyHash, bodyHash }) => {
  const { productId, quantity, unitPrice } = lines[0]!;
  const at = new Date('2026-01-01T00:00:00.000Z');
  return [
    { table: Carts, rows: [{ userId, status: 'open', lines: 1 }] },
    {
      table: CartLines,
      rows: [{ lineId: `${userId}:${productId}`, userId, productId, quantity, unitPrice, putAt: at }],
    },
    {
      table: Checkouts,
      rows: [{ orderId, userId, status: 'checked-out', total, keyHash, bodyHash, checkedOutAt: at, sequence: 0n }],
    },
  ];
};

export const cart: ServiceParts = { definition, module, recovery: () => recovery, batches: { initialRows } };
