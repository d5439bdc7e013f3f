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
import { rebuild, type CatalogueEvent, type Rows } from './domain/rebuild.js';
import type { StockEvent } from './domain/stock-event.js';

/**
 * Every business row of the service from the messages of `product.events` and `stock.events` alone: what a lost database is
 * brought back from. Messages of one key come in their order, otherwise in any. Other messages are passed over.
 */
export function rebuildProduct(messages: Iterable<object>): Rows {
  const catalogue: CatalogueEvent[] = [];
  const stock: StockEvent[] = [];
  for (const message of messages) {
    const ofCatalogue = catalogueEvent(message);
    const ofStock = ofCatalogue ? undefined : stockEvent(message);
    if (ofCatalogue) catalogue.push(ofCatalogue);
    if (ofStock) stock.push(ofStock);
  }
  return rebuild(catalogue, stock);
}

function catalogueEvent(message: object): CatalogueEvent | undefined {
  if (message instanceof ProductAdded) {
    const { productId, sku, name, price, stock, addedAt } = message;
    return { what: 'added', product: { productId, sku, name, price, addedAt: new Date(addedAt) }, stock };
  }
  if (message instanceof ProductRenamed)
    return { what: 'changed', productId: message.productId, change: { name: message.name } };
  if (message instanceof ProductRepriced)
    return { what: 'changed', productId: message.productId, change: { price: message.price } };
  if (message instanceof StockAdjusted) return { what: 'adjusted', productId: message.productId, delta: message.delta };
  return undefined;
}

function stockEvent(message: object): StockEvent | undefined {
  if (message instanceof StockReserved) return { what: 'reserved', ...ofLines(message, message.reservedAt) };
  if (message instanceof StockReleased) return { what: 'released', ...ofLines(message, message.releasedAt) };
  if (message instanceof StockSold) return { what: 'sold', ...ofLines(message, message.soldAt) };
  if (message instanceof StockTakenBack) return { what: 'taken-back', ...ofLines(message, message.takenBackAt) };
  if (message instanceof StockRefused) {
    const { orderId, reason, shortages, refusedAt } = message;
    return { what: 'refused', orderId, reason, shortages, at: new Date(refusedAt) };
  }
  return undefined;
}

const ofLines = <M extends Pick<StockReserved, 'orderId' | 'lines'>>({ orderId, lines }: M, at: string) => ({
  orderId,
  lines,
  at: new Date(at),
});
