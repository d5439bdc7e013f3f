import { Controller } from '@nestjs/common';
import {
  ProductAdded,
  ProductArchived,
  ProductRenamed,
  ProductRepriced,
  ProductRestored,
  type ProductId,
} from '@tradewind/contracts';
import { Handles, rows, nothing, save, type Decision, type HandlerContext } from '@tradewind/messaging';
import { first, newer, type Price } from '../domain/price.js';
import { Prices } from '../storage/order.tables.js';

const load = { prices: rows(Prices, ({ productId }: { productId: ProductId }) => [productId]) };
const options = { load, consumer: 'prices', kind: 'projection' } as const;

const saved = (price: Price | undefined): Decision => (price ? save(Prices, price) : nothing());

/** The service's own copy of product names and prices: a projection with its own consumer group, so that it can be rebuilt. */
@Controller()
export class PricesHandler {
  @Handles(ProductAdded, options)
  added({ productId, name, price }: ProductAdded, { prices, sequence }: HandlerContext<typeof load>): Decision {
    return saved(first(prices.get(productId), { productId, name, price, archived: false, sequence: Number(sequence) }));
  }

  @Handles(ProductRenamed, options)
  renamed({ productId, name }: ProductRenamed, { prices, sequence }: HandlerContext<typeof load>): Decision {
    return saved(newer(prices.get(productId), Number(sequence), { name }));
  }

  @Handles(ProductRepriced, options)
  repriced({ productId, price }: ProductRepriced, { prices, sequence }: HandlerContext<typeof load>): Decision {
    return saved(newer(prices.get(productId), Number(sequence), { price }));
  }

  @Handles(ProductArchived, options)
  archived({ productId }: ProductArchived, { prices, sequence }: HandlerContext<typeof load>): Decision {
    return saved(newer(prices.get(productId), Number(sequence), { archived: true }));
  }

  @Handles(ProductRestored, options)
  restored({ productId }: ProductRestored, { prices, sequence }: HandlerContext<typeof load>): Decision {
    return saved(newer(prices.get(productId), Number(sequence), { archived: false }));
  }
}
