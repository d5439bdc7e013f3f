import { Controller } from '@nestjs/common';
import { OrderCancelled, OrderConfirmed, OrderPlaced, OrderRejected, type OrderId } from '@tradewind/contracts';
import { Handles, rows, nothing, save, type Decision, type HandlerContext } from '@tradewind/messaging';
import { withOrderStatus, type CheckoutStatus } from '../domain/check-out.js';
import { Checkouts } from '../storage/cart.tables.js';

const load = { checkouts: rows(Checkouts, ({ orderId }: { orderId: OrderId }) => [orderId]) };

/** Records the status of each checkout's order. Orders that did not come from a cart are ignored. */
@Controller()
export class FollowOrderHandler {
  @Handles(OrderPlaced, { load, kind: 'projection' })
  placed({ orderId }: OrderPlaced, context: HandlerContext<typeof load>): Decision {
    return saveStatus(orderId, 'placed', context);
  }

  @Handles(OrderConfirmed, { load, kind: 'projection' })
  confirmed({ orderId }: OrderConfirmed, context: HandlerContext<typeof load>): Decision {
    return saveStatus(orderId, 'confirmed', context);
  }

  @Handles(OrderRejected, { load, kind: 'projection' })
  rejected({ orderId }: OrderRejected, context: HandlerContext<typeof load>): Decision {
    return saveStatus(orderId, 'rejected', context);
  }

  @Handles(OrderCancelled, { load, kind: 'projection' })
  cancelled({ orderId }: OrderCancelled, context: HandlerContext<typeof load>): Decision {
    return saveStatus(orderId, 'cancelled', context);
  }
}

function saveStatus(
  orderId: OrderId,
  status: CheckoutStatus,
  { checkouts, sequence }: HandlerContext<typeof load>,
): Decision {
  const checkout = withOrderStatus(checkouts.get(orderId), status, Number(sequence));
  return checkout ? save(Checkouts, checkout) : nothing();
}
