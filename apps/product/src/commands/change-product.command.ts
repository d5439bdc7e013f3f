import {
  ProductArchived,
  ProductRenamed,
  ProductRepriced,
  ProductRestored,
  ProductSkuChanged,
  type ProductId,
} from '@tradewind/contracts';
import {
  answer,
  command,
  message,
  nothing,
  publishAll,
  rows,
  save,
  type HandlerContext,
  type OutgoingMessage,
} from '@tradewind/messaging';
import { recordedAction, type ActingStaff } from '@tradewind/service';
import {
  changed,
  isArchived,
  realChange,
  unknownProduct,
  type Product,
  type ProductChange,
} from '../domain/product.js';
import { Products } from '../storage/product.tables.js';

interface ChangeProduct {
  readonly productId: ProductId;
  readonly change: ProductChange;
  readonly acting: ActingStaff;
}

const load = { products: rows(Products, ({ productId }: ChangeProduct) => [productId]) };

/**
 * Saves and publishes only real changes: a repeated request changes nothing. A SKU of another product conflicts at the unique constraint:
 * to load that product as well would lock two rows out of order.
 */
export const changeProduct = command(
  'product.change',
  load,
  ({ productId, change, acting }: ChangeProduct, { products, now, newId }: HandlerContext<typeof load>) => {
    const product = products.get(productId);
    if (!product) return unknownProduct;
    const real = realChange(product, change);
    const messages = eventsOf(productId, real, now.toISOString());
    if (messages.length === 0) return nothing().and(answer(productId));
    return save(Products, changed(product, real, now))
      .and(publishAll(messages))
      .and(
        recordedAction(
          acting,
          { action: 'product.change', subject: productId, before: fieldsOf(product, real), after: real },
          newId(),
        ),
      )
      .and(answer(productId));
  },
);

/** The changed fields as they were. */
const fieldsOf = (product: Product, change: ProductChange): object => {
  const { sku, name, price } = product;
  const all = { sku, name, price, archived: isArchived(product) };
  return Object.fromEntries(Object.entries(all).filter(([field]) => field in change));
};

const eventsOf = (
  productId: ProductId,
  { sku, name, price, archived }: ProductChange,
  at: string,
): OutgoingMessage[] => [
  ...(sku === undefined ? [] : [message(ProductSkuChanged, { productId, sku, changedAt: at })]),
  ...(name === undefined ? [] : [message(ProductRenamed, { productId, name, renamedAt: at })]),
  ...(price === undefined ? [] : [message(ProductRepriced, { productId, price, repricedAt: at })]),
  ...(archived === true ? [message(ProductArchived, { productId, archivedAt: at })] : []),
  ...(archived === false ? [message(ProductRestored, { productId, restoredAt: at })] : []),
];
