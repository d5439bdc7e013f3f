import { ProductRenamed, ProductRepriced, type ProductId } from '@tradewind/contracts';
import { answer, command, rows, nothing, save, publish, type HandlerContext } from '@tradewind/messaging';
import { changed, realChange, unknownProduct, type ProductChange } from '../domain/product.js';
import { Products } from '../storage/product.tables.js';

interface ChangeProduct {
  readonly productId: ProductId;
  readonly change: ProductChange;
}

const load = { products: rows(Products, ({ productId }: ChangeProduct) => [productId]) };

/** Saves and publishes only real changes: a repeated request changes nothing. */
export const changeProduct = command(
  'product.change',
  load,
  ({ productId, change }: ChangeProduct, { products, now }: HandlerContext<typeof load>) => {
    const product = products.get(productId);
    if (!product) return unknownProduct;
    const { name, price } = realChange(product, change);
    if (name === undefined && price === undefined) return nothing().and(answer(productId));
    const at = now.toISOString();
    return save(Products, changed(product, { name, price }))
      .and(name === undefined ? nothing() : publish(ProductRenamed, { productId, name, renamedAt: at }))
      .and(price === undefined ? nothing() : publish(ProductRepriced, { productId, price, repricedAt: at }))
      .and(answer(productId));
  },
);
