import { Controller } from '@nestjs/common';
import { OrderCancelled, OrderConfirmed, OrderPlaced, OrderRejected } from '@tradewind/contracts';
import type { OrderId } from '@tradewind/kernel';
import { Handles, keys, nothing, save, type Decision, type Given } from '@tradewind/messaging';
import { follow, type CheckoutStatus } from '../domain/check-out.js';
import { Checkouts } from '../storage/cart.tables.js';

const load = { checkouts: keys(Checkouts, ({ orderId }: { orderId: OrderId }) => [orderId]) };

/** Remembers what became of each checkout. Orders that did not come from a cart are passed over. */
@Controller()
export class FollowOrderHandler {
  @Handles(OrderPlaced, { load, kind: 'projection' })
  placed({ orderId }: OrderPlaced, given: Given<typeof load>): Decision {
    return remember(orderId, 'placed', given);
  }

  @Handles(OrderConfirmed, { load, kind: 'projection' })
  confirmed({ orderId }: OrderConfirmed, given: Given<typeof load>): Decision {
    return remember(orderId, 'confirmed', given);
  }

  @Handles(OrderRejected, { load, kind: 'projection' })
  rejected({ orderId }: OrderRejected, given: Given<typeof load>): Decision {
    return remember(orderId, 'rejected', given);
  }

  @Handles(OrderCancelled, { load, kind: 'projection' })
  cancelled({ orderId }: OrderCancelled, given: Given<typeof load>): Decision {
    return remember(orderId, 'cancelled', given);
  }
}

function remember(orderId: OrderId, status: CheckoutStatus, { checkouts, sequence }: Given<typeof load>): Decision {
  const followed = follow(checkouts.get(orderId), status, Number(sequence));
  return followed ? save(Checkouts, followed) : nothing();
}
