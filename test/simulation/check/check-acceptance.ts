import type { OrderId } from '@tradewind/contracts';
import { groupBy } from '@tradewind/kernel';
import { Checkouts } from '../../../apps/cart/src/storage/cart.tables.js';
import { Orders } from '../../../apps/order/src/storage/order.tables.js';
import { Refunds } from '../../../apps/payment/src/storage/payment.tables.js';
import type { PurchaseLog } from './client-log.js';
import type { ArchivedMessage, FinalState, Violation } from './final-state.js';

const outcomes = new Set(['order.confirmed', 'order.rejected', 'order.cancelled']);

/** An accepted request became one order with one saga and one outcome, a rejected one none, one with an unknown result at most one. */
export function checkAcceptance(state: FinalState): Violation[] {
  const { log, messaging, rows } = state;
  const orders = rows(Orders);
  const accepted = acceptedByKey([...messaging.order.archive, ...messaging.cart.archive]);
  const known = new Set(orders.map(({ orderId }) => orderId));
  const statusOf = new Map(orders.map(({ orderId, status }) => [orderId, status]));
  const outcomeEvents = groupBy(
    messaging.order.archive.filter(({ type }) => outcomes.has(type)),
    ({ key }) => key,
  );
  const sent = new Set(log.purchases.map(({ userId, keyHash }) => `${userId} ${keyHash}`));
  return [
    ...log.purchases.flatMap((each) => purchaseViolations(each, accepted.get(`${each.userId} ${each.keyHash}`) ?? [])),
    ...[...accepted.keys()]
      .filter((key) => !sent.has(key))
      .map((key) => `acceptance: "${key}" was accepted and never sent`),
    ...[...accepted.values()]
      .flat()
      .filter((orderId) => !known.has(orderId))
      .map((orderId) => `acceptance: ${orderId} was accepted and is missing`),
    ...(known.size === [...accepted.values()].flat().length
      ? []
      : [`acceptance: there are ${known.size} orders, and ${[...accepted.values()].flat().length} were accepted`]),
    ...orders.flatMap(({ orderId }) =>
      outcomeViolations(orderId, statusOf.get(orderId)!, outcomeEvents.get(orderId) ?? [], state),
    ),
    ...log.cancellations
      .filter(({ orderId, result }) => result.status === 'answered' && statusOf.get(orderId) !== 'cancelled')
      .map(
        ({ orderId }) => `acceptance: the cancellation of ${orderId} was accepted, and it is ${statusOf.get(orderId)}`,
      ),
    ...log.goodwill.flatMap(({ orderId, result }) =>
      result.status === 'answered' && !rows(Refunds).some(({ refundId }) => refundId === result.answer.id)
        ? [`acceptance: the goodwill ${result.answer.id} for ${orderId} was accepted and is missing`]
        : [],
    ),
    ...rows(Checkouts)
      .filter(({ orderId, status }) => status !== statusOf.get(orderId))
      .map(({ orderId, status }) => `acceptance: the cart has ${orderId} as ${status}, it is ${statusOf.get(orderId)}`),
  ];
}

/** Orders by user and idempotency key of the acceptance. */
function acceptedByKey(archive: readonly ArchivedMessage[]): Map<string, OrderId[]> {
  const accepting = archive.filter(({ type }) => type === 'order.placed' || type === 'cart.checked-out');
  const payloads = accepting.map(
    ({ payload }) => JSON.parse(payload!) as { orderId: OrderId; userId: string; keyHash?: string },
  );
  const byKey = groupBy(
    payloads.filter(({ keyHash }) => keyHash !== undefined),
    ({ userId, keyHash }) => `${userId} ${keyHash}`,
  );
  return new Map([...byKey].map(([key, all]) => [key, all.map(({ orderId }) => orderId)]));
}

function purchaseViolations({ keyHash, results }: PurchaseLog, orders: readonly OrderId[]): Violation[] {
  const answered = new Set(results.flatMap((each) => (each.status === 'answered' ? [each.answer.orderId] : [])));
  const hasUnknown = results.some((each) => each.status === 'unknown');
  const violations: Violation[] = [];
  if (orders.length > 1) violations.push(`acceptance: ${keyHash} made ${orders.length} orders`);
  if (answered.size > 1) violations.push(`acceptance: ${keyHash} was answered with ${answered.size} orders`);
  for (const orderId of answered)
    if (!orders.includes(orderId))
      violations.push(`acceptance: ${keyHash} was answered with ${orderId}, which was not accepted`);
  if (answered.size === 0 && !hasUnknown && orders.length > 0)
    violations.push(`acceptance: ${keyHash} was rejected, and is order ${orders[0]}`);
  return violations;
}

/** One outcome an order; a confirmed order may be cancelled once afterwards. */
function outcomeViolations(
  orderId: OrderId,
  status: string,
  events: readonly ArchivedMessage[],
  { sagas }: FinalState,
): Violation[] {
  const published = [...events]
    .sort((a, b) => Number(a.sequence - b.sequence))
    .map(({ type }) => type.replace('order.', ''));
  const expected = status === 'cancelled' && published.length === 2 ? ['confirmed', 'cancelled'] : [status];
  const sagaNames = sagas.filter(({ subject }) => subject === orderId).map(({ saga }) => saga);
  return [
    ...(published.join() === expected.join()
      ? []
      : [`acceptance: ${orderId} is ${status}, and its events are ${published.join(', then ') || 'missing'}`]),
    ...(sagaNames.filter((saga) => saga === 'place-order').length === 1
      ? []
      : [`acceptance: ${orderId} has the sagas ${sagaNames.join(', ')}`]),
  ];
}
