import {
  ProductAdded,
  ProductRenamed,
  ProductRepriced,
  StockAdjusted,
  StockRefused,
  StockReleased,
  StockReserved,
  StockSold,
  StockTakenBack,
} from '@tradewind/contracts';
import { recoverRows, type CatalogueEvent, type RecoveredRows } from '../domain/recover-stock.js';
import { newProduct } from '../domain/product.js';
import type { StockEvent } from '../domain/stock-event.js';

/**
 * Recovers every business row from the messages of `product.events` and `stock.events` alone.
 * The messages of one key must be in their original order; keys may be interleaved. Other messages are ignored.
 */
export function productsFromEvents(messages: Iterable<object>): RecoveredRows {
  const catalogue: CatalogueEvent[] = [];
  const stock: StockEvent[] = [];
  for (const message of messages) {
    const productChange = catalogueEvent(message);
    const stockChange = productChange ? undefined : stockEvent(message);
    if (productChange) catalogue.push(productChange);
    if (stockChange) stock.push(stockChange);
  }
  return recoverRows(catalogue, stock);
}

function catalogueEvent(message: object): CatalogueEvent | undefined {
  if (message instanceof ProductAdded) {
    const { productId, sku, name, price, stock, addedAt } = message;
    return { what: 'added', product: newProduct({ productId, sku, name, price, addedAt: new Date(addedAt) }), stock };
  }
  if (message instanceof ProductRenamed)
    return { what: 'changed', productId: message.productId, change: { name: message.name } };
  if (message instanceof ProductRepriced)
    return { what: 'changed', productId: message.productId, change: { price: message.price } };
  if (message instanceof StockAdjusted) return { what: 'adjusted', productId: message.productId, delta: message.delta };
  return undefined;
}

function stockEvent(message: object): StockEvent | undefined {
  if (message instanceof StockReserved) return { what: 'reserved', ...linesOf(message, message.reservedAt) };
  if (message instanceof StockReleased) return { what: 'released', ...linesOf(message, message.releasedAt) };
  if (message instanceof StockSold) return { what: 'sold', ...linesOf(message, message.soldAt) };
  if (message instanceof StockTakenBack) return { what: 'taken-back', ...linesOf(message, message.takenBackAt) };
  if (message instanceof StockRefused) {
    const { orderId, reason, shortages, refusedAt } = message;
    return { what: 'refused', orderId, reason, shortages, at: new Date(refusedAt) };
  }
  return undefined;
}

const linesOf = <M extends Pick<StockReserved, 'orderId' | 'lines'>>({ orderId, lines }: M, at: string) => ({
  orderId,
  lines,
  at: new Date(at),
});
