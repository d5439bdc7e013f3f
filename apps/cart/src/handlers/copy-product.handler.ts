import { Controller } from '@nestjs/common';
import { ProductAdded, ProductRenamed, ProductRepriced } from '@tradewind/contracts';
import type { ProductId } from '@tradewind/kernel';
import { Handles, keys, nothing, save, type Decision, type Given } from '@tradewind/messaging';
import { learn, type ProductCopy } from '../domain/product-copy.js';
import { Products } from '../storage/cart.tables.js';

const load = { products: keys(Products, ({ productId }: { productId: ProductId }) => [productId]) };

/** A consumer of its own, so that prices can be replayed alone. */
const consumer = 'prices';

/** The cart's own copy of names and prices. */
@Controller()
export class CopyProductHandler {
  @Handles(ProductAdded, { load, consumer, kind: 'projection' })
  added({ productId, name, price }: ProductAdded, given: Given<typeof load>): Decision {
    return keep({ productId, name, price }, given);
  }

  @Handles(ProductRenamed, { load, consumer, kind: 'projection' })
  renamed({ productId, name }: ProductRenamed, given: Given<typeof load>): Decision {
    return keep({ productId, name }, given);
  }

  @Handles(ProductRepriced, { load, consumer, kind: 'projection' })
  repriced({ productId, price }: ProductRepriced, given: Given<typeof load>): Decision {
    return keep({ productId, price }, given);
  }
}

function keep(
  news: Pick<ProductCopy, 'productId'> & Partial<ProductCopy>,
  { products, sequence }: Given<typeof load>,
): Decision {
  const learned = learn(products.get(news.productId), news, Number(sequence));
  return learned ? save(Products, learned) : nothing();
}
