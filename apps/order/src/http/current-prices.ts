import { Injectable } from '@nestjs/common';
import type { ProductId } from '@tradewind/kernel';
import { Awaiting } from '@tradewind/service';
import type { Price } from '../domain/price.js';
import { PriceQueries } from '../storage/price.queries.js';

/** How long a product may take from its owner's answer to this service's own copy. */
const patience = 2_000;

/** What products cost now, as their buyers see it. One that was added a moment ago may not be here yet: it is waited for. */
@Injectable()
export class CurrentPrices {
  constructor(
    private readonly queries: PriceQueries,
    private readonly awaiting: Awaiting,
  ) {}

  /** One that is not known in time is left out. */
  async of(productIds: readonly ProductId[]): Promise<ReadonlyMap<ProductId, Price>> {
    const known = await this.queries.of(productIds);
    const missing = [...new Set(productIds)].filter((id) => !known.has(id));
    const come = await Promise.all(
      missing.map((id) =>
        this.awaiting.until<Price>('prices', id, (ids) => this.queries.of(ids as ProductId[]), patience),
      ),
    );
    for (const price of come) if (price) known.set(price.productId, price);
    return known;
  }
}
