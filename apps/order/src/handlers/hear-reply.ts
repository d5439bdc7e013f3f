import { Poison, type OrderId } from '@tradewind/kernel';
import { nothing, steer, type Decision, type Given } from '@tradewind/messaging';
import { cancelling, placing, type loadOrder } from './order-sagas.js';

/** A participant has answered. Whichever saga of the order waits for this moves on; an answer that nobody waits for changes nothing. */
export function hearReply(
  reply: { readonly orderId: OrderId },
  { orders, sagas, ...given }: Given<typeof loadOrder>,
): Decision {
  const order = orders.get(reply.orderId);
  if (!order) throw new Poison(`the order ${reply.orderId} was never placed`);
  const heard = sagas.all().map((saga) => {
    const binding = saga.saga === placing.definition.name ? placing : cancelling;
    return steer(binding, { saga, subject: order }, { kind: 'reply', message: reply }, given);
  });
  return heard.reduce((all, one) => all.and(one), nothing());
}
