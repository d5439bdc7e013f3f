import { Injectable } from '@nestjs/common';
import type { ProductId } from '@tradewind/contracts';
import { RowWaiter } from '@tradewind/service';
import type { Price } from '../domain/price.js';
import { PriceQueries } from '../storage/price.queries.js';

/** Longest time in milliseconds from the product service's answer to this service's own copy. */
const timeoutMs = 2_000;

/** Current product prices. Waits for a product that was just added and has not arrived yet. */
@Injectable()
export class CurrentPrices {
  constructor(
    private readonly queries: PriceQueries,
    private readonly waiter: RowWaiter,
  ) {}

  /** A product that does not arrive in time is left out. */
  async of(productIds: readonly ProductId[]): Promise<ReadonlyMap<ProductId, Price>> {
    const known = await this.queries.of(productIds);
    const missing = [...new Set(productIds)].filter((id) => !known.has(id));
    const arrived = await Promise.all(
      missing.map((id) =>
        this.waiter.waitFor<Price>('prices', id, (ids) => this.queries.of(ids as ProductId[]), timeoutMs),
      ),
    );
    for (const price of arrived) if (price) known.set(price.productId, price);
    return known;
  }
}
