import type { OrderId } from '@tradewind/contracts';
import { Poison } from '@tradewind/kernel';
import { nothing, advanceSaga, type Decision, type HandlerContext } from '@tradewind/messaging';
import { cancelling, placing, type loadOrder } from './order-sagas.js';

/** Advances the sagas of the order that wait for this reply. A reply that no saga waits for changes nothing. */
export function continueSaga(
  reply: { readonly orderId: OrderId },
  { orders, sagas, ...context }: HandlerContext<typeof loadOrder>,
): Decision {
  const order = orders.get(reply.orderId);
  if (!order) throw new Poison(`the order ${reply.orderId} was never placed`);
  const decisions = sagas.all().map((saga) => {
    const binding = saga.saga === placing.definition.name ? placing : cancelling;
    return advanceSaga(binding, { saga, subject: order }, { kind: 'reply', message: reply }, context);
  });
  return decisions.reduce((all, one) => all.and(one), nothing());
}
