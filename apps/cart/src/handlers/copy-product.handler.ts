import { Controller } from '@nestjs/common';
import {
  availabilityOf,
  ProductAdded,
  ProductArchived,
  ProductAvailabilityChanged,
  ProductRenamed,
  ProductRepriced,
  ProductRestored,
  type ProductId,
} from '@tradewind/contracts';
import { Handles, rows, nothing, save, type Decision, type HandlerContext } from '@tradewind/messaging';
import { updateCopy, type CopyChange } from '../domain/product-copy.js';
import { Products } from '../storage/cart.tables.js';

const load = { products: rows(Products, ({ productId }: { productId: ProductId }) => [productId]) };

/** Its own consumer group, so that prices can be replayed alone. */
const consumer = 'prices';

/** The service's own copy of products. */
@Controller()
export class CopyProductHandler {
  @Handles(ProductAdded, { load, consumer, kind: 'projection' })
  added({ productId, name, price, stock }: ProductAdded, context: HandlerContext<typeof load>): Decision {
    return saveCopy({ productId, name, price, atLeast: availabilityOf(stock) }, context);
  }

  @Handles(ProductRenamed, { load, consumer, kind: 'projection' })
  renamed({ productId, name }: ProductRenamed, context: HandlerContext<typeof load>): Decision {
    return saveCopy({ productId, name }, context);
  }

  @Handles(ProductRepriced, { load, consumer, kind: 'projection' })
  repriced({ productId, price }: ProductRepriced, context: HandlerContext<typeof load>): Decision {
    return saveCopy({ productId, price }, context);
  }

  @Handles(ProductArchived, { load, consumer, kind: 'projection' })
  archived({ productId }: ProductArchived, context: HandlerContext<typeof load>): Decision {
    return saveCopy({ productId, archived: true }, context);
  }

  @Handles(ProductRestored, { load, consumer, kind: 'projection' })
  restored({ productId }: ProductRestored, context: HandlerContext<typeof load>): Decision {
    return saveCopy({ productId, archived: false }, context);
  }

  @Handles(ProductAvailabilityChanged, { load, consumer, kind: 'projection' })
  availabilityChanged(
    { productId, atLeast }: ProductAvailabilityChanged,
    context: HandlerContext<typeof load>,
  ): Decision {
    return saveCopy({ productId, atLeast }, context);
  }
}

function saveCopy(change: CopyChange, { products, sequence }: HandlerContext<typeof load>): Decision {
  const copy = updateCopy(products.get(change.productId), change, Number(sequence));
  return copy ? save(Products, copy) : nothing();
}
