import type { ProductId } from '@tradewind/kernel';
import { ProductRenamed, ProductRepriced } from '@tradewind/contracts';
import { answer, command, keys, nothing, save, say, type Given } from '@tradewind/messaging';
import { changed, realChange, unknownProduct, type ProductChange } from '../domain/product.js';
import { Products } from '../storage/product.tables.js';

interface ChangeProduct {
  readonly productId: ProductId;
  readonly change: ProductChange;
}

const load = { products: keys(Products, ({ productId }: ChangeProduct) => [productId]) };

/** Only a real change is kept and said: the same request again changes nothing. */
export const changeProduct = command(
  'product.change',
  load,
  ({ productId, change }: ChangeProduct, { products, now }: Given<typeof load>) => {
    const product = products.get(productId);
    if (!product) return unknownProduct;
    const { name, price } = realChange(product, change);
    if (name === undefined && price === undefined) return nothing().and(answer(productId));
    const at = now.toISOString();
    return save(Products, changed(product, { name, price }))
      .and(name === undefined ? nothing() : say(ProductRenamed, { productId, name, renamedAt: at }))
      .and(price === undefined ? nothing() : say(ProductRepriced, { productId, price, repricedAt: at }))
      .and(answer(productId));
  },
);
