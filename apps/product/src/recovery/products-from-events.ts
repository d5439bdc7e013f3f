import {
  ProductAdded,
  ProductArchived,
  ProductRenamed,
  ProductRepriced,
  ProductRestored,
  ProductSkuChanged,
  StockAdjusted,
  StockRefused,
  StockReleased,
  StockReserved,
  StockSold,
  StockTakenBack,
} from '@tradewind/contracts';
import { recoverRows, type CatalogueEvent, type RecoveredRows } from '../domain/recover-stock.js';
import { newProduct, type ProductChange } from '../domain/product.js';
import { piecesOf } from '../domain/reservation.js';
import { stockChange, type StockChange } from '../domain/stock-change.js';
import type { StockEvent } from '../domain/stock-event.js';
import { newStockLevel } from '../domain/stock-level.js';
import { StockChanges } from '../storage/product.tables.js';

/**
 * Recovers every business row from the messages of `product.events` and `stock.events` alone.
 * The messages of one key must be in their original order; keys may be interleaved. Other messages are ignored.
 */
export function productsFromEvents(
  messages: Iterable<object>,
): RecoveredRows & { readonly stockChanges: ReadonlyMap<string, StockChange> } {
  const catalogue: CatalogueEvent[] = [];
  const stock: StockEvent[] = [];
  const stockChanges = new Map<string, StockChange>();
  for (const message of messages) {
    for (const change of stockChangesIn(message)) stockChanges.set(StockChanges.keyOf(change), change);
    const productChange = catalogueEvent(message);
    const stockChange = productChange ? undefined : stockEvent(message);
    if (productChange) catalogue.push(productChange);
    if (stockChange) stock.push(stockChange);
  }
  return { ...recoverRows(catalogue, stock), stockChanges };
}

function catalogueEvent(message: object): CatalogueEvent | undefined {
  if (message instanceof ProductAdded) {
    const { productId, sku, name, price, stock, addedAt } = message;
    return { what: 'added', product: newProduct({ productId, sku, name, price, addedAt: new Date(addedAt) }), stock };
  }
  if (message instanceof ProductSkuChanged) return changed(message, { sku: message.sku }, message.changedAt);
  if (message instanceof ProductRenamed) return changed(message, { name: message.name }, message.renamedAt);
  if (message instanceof ProductRepriced) return changed(message, { price: message.price }, message.repricedAt);
  if (message instanceof ProductArchived) return changed(message, { archived: true }, message.archivedAt);
  if (message instanceof ProductRestored) return changed(message, { archived: false }, message.restoredAt);
  if (message instanceof StockAdjusted) return { what: 'adjusted', productId: message.productId, delta: message.delta };
  return undefined;
}

const changed = (
  { productId }: Pick<ProductAdded, 'productId'>,
  change: ProductChange,
  at: string,
): CatalogueEvent => ({ what: 'changed', productId, change, at: new Date(at) });

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

function stockChangesIn(message: object): StockChange[] {
  if (message instanceof ProductAdded) {
    const level = newStockLevel(message.productId, message.stock);
    return [stockChange(undefined, level, { cause: 'added' }, new Date(message.addedAt))];
  }
  if (message instanceof StockAdjusted) {
    const { productId, delta, reason, adjustedBy, change: number, available, adjustedAt } = message;
    if (number === undefined || available === undefined) return [];
    return [{ cause: 'adjusted', reason, adjustedBy, productId, number, delta, available, at: new Date(adjustedAt) }];
  }
  if (message instanceof StockReserved) return changesOf('reserved', message, -1, message.reservedAt);
  if (message instanceof StockReleased) return changesOf('released', message, 1, message.releasedAt);
  if (message instanceof StockTakenBack) return changesOf('taken-back', message, 1, message.takenBackAt);
  return [];
}

function changesOf(
  cause: 'reserved' | 'released' | 'taken-back',
  { orderId, lines, levels = [] }: StockReserved | StockReleased | StockTakenBack,
  sign: 1 | -1,
  at: string,
): StockChange[] {
  const pieces = piecesOf(lines);
  return levels.map(({ productId, change: number, available }) => ({
    cause,
    orderId,
    productId,
    number,
    delta: sign * pieces.get(productId)!,
    available,
    at: new Date(at),
  }));
}

const linesOf = <M extends Pick<StockReserved, 'orderId' | 'lines'>>({ orderId, lines }: M, at: string) => ({
  orderId,
  lines,
  at: new Date(at),
});
