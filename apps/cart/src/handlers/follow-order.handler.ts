import { Controller } from '@nestjs/common';
import { OrderCancelled, OrderConfirmed, OrderPlaced, type OrderId } from '@tradewind/contracts';
import { Handles, rows, nothing, save, type Decision, type HandlerContext } from '@tradewind/messaging';
import { withOrderStatus, type CheckoutStatus } from '../domain/check-out.js';
import { Checkouts } from '../storage/cart.tables.js';

const load = { checkouts: rows(Checkouts, ({ orderId }: { orderId: OrderId }) => [orderId]) };

/**
 * Records the status of each checkout's order. Orders that did not come from a cart are ignored. Policies, as the handler of `order.rejected` must be
 * one: a replay that applied only the others again would leave a rejected checkout as placed.
 */
@Controller()
export class FollowOrderHandler {
  @Handles(OrderPlaced, { load })
  placed({ orderId }: OrderPlaced, context: HandlerContext<typeof load>): Decision {
    return saveStatus(orderId, 'placed', context);
  }

  @Handles(OrderConfirmed, { load })
  confirmed({ orderId }: OrderConfirmed, context: HandlerContext<typeof load>): Decision {
    return saveStatus(orderId, 'confirmed', context);
  }

  @Handles(OrderCancelled, { load })
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
