import { Controller } from '@nestjs/common';
import { ProductAdded, ProductRenamed, ProductRepriced } from '@tradewind/contracts';
import { Handles, keys, nothing, save, type Decision, type Given } from '@tradewind/messaging';
import { first, newer, type Price } from '../domain/price.js';
import { Prices } from '../storage/order.tables.js';

const load = { prices: keys(Prices, ({ productId }: ProductAdded | ProductRenamed | ProductRepriced) => [productId]) };
const options = { load, consumer: 'prices', kind: 'projection' } as const;

const kept = (price: Price | undefined): Decision => (price ? save(Prices, price) : nothing());

/** The order service's own copy of names and prices: a projection, in a consumer group of its own so that it can be rebuilt. */
@Controller()
export class PricesHandler {
  @Handles(ProductAdded, options)
  added({ productId, name, price }: ProductAdded, { prices, sequence }: Given<typeof load>): Decision {
    return kept(first(prices.get(productId), { productId, name, price, sequence: Number(sequence) }));
  }

  @Handles(ProductRenamed, options)
  renamed({ productId, name }: ProductRenamed, { prices, sequence }: Given<typeof load>): Decision {
    return kept(newer(prices.get(productId), Number(sequence), { name }));
  }

  @Handles(ProductRepriced, options)
  repriced({ productId, price }: ProductRepriced, { prices, sequence }: Given<typeof load>): Decision {
    return kept(newer(prices.get(productId), Number(sequence), { price }));
  }
}
