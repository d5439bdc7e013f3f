import { groupBy, type OrderId } from '@tradewind/kernel';
import type { Bought } from '../buyers/history.js';
import type { ArchivedMessage, Facts, Violation } from './facts.js';

const outcomes = new Set(['order.confirmed', 'order.rejected', 'order.cancelled']);

/** What was accepted became one order with one saga and one outcome; what was not, none; of what nobody was told, at most one. */
export function checkAcceptance(facts: Facts): Violation[] {
  const { history, orders, library, refunds, checkouts } = facts;
  const accepted = acceptedByKey([...library.order.archive, ...library.cart.archive]);
  const known = new Set(orders.map(({ orderId }) => orderId));
  const statusOf = new Map(orders.map(({ orderId, status }) => [orderId, status]));
  const said = groupBy(
    library.order.archive.filter(({ type }) => outcomes.has(type)),
    ({ key }) => key,
  );
  const bought = new Set(history.purchases.map(({ userId, keyHash }) => `${userId} ${keyHash}`));
  return [
    ...history.purchases.flatMap((each) => boughtOtherwise(each, accepted.get(`${each.userId} ${each.keyHash}`) ?? [])),
    ...[...accepted.keys()]
      .filter((key) => !bought.has(key))
      .map((key) => `acceptance: nobody ever sent "${key}", and it was accepted`),
    ...[...accepted.values()]
      .flat()
      .filter((orderId) => !known.has(orderId))
      .map((orderId) => `acceptance: ${orderId} was accepted and is not there`),
    ...(known.size === [...accepted.values()].flat().length
      ? []
      : [`acceptance: there are ${known.size} orders, and ${[...accepted.values()].flat().length} were accepted`]),
    ...orders.flatMap(({ orderId }) =>
      outcomeOtherwise(orderId, statusOf.get(orderId)!, said.get(orderId) ?? [], facts),
    ),
    ...history.cancellations
      .filter(({ orderId, saw }) => saw.saw === 'answer' && statusOf.get(orderId) !== 'cancelled')
      .map(
        ({ orderId }) => `acceptance: the cancellation of ${orderId} was accepted, and it is ${statusOf.get(orderId)}`,
      ),
    ...history.goodwill.flatMap(({ orderId, saw }) =>
      saw.saw === 'answer' && !refunds.some(({ refundId }) => refundId === saw.answer.id)
        ? [`acceptance: the goodwill ${saw.answer.id} for ${orderId} was accepted and is not there`]
        : [],
    ),
    ...checkouts
      .filter(({ orderId, status }) => status !== statusOf.get(orderId))
      .map(({ orderId, status }) => `acceptance: the cart thinks ${orderId} ${status}, it is ${statusOf.get(orderId)}`),
  ];
}

/** Orders by the person and the key that they were accepted with. */
function acceptedByKey(archive: readonly ArchivedMessage[]): Map<string, OrderId[]> {
  const accepting = archive.filter(({ type }) => type === 'order.placed' || type === 'cart.checked-out');
  const told = accepting.map(
    ({ payload }) => JSON.parse(payload!) as { orderId: OrderId; userId: string; keyHash?: string },
  );
  const byKey = groupBy(
    told.filter(({ keyHash }) => keyHash !== undefined),
    ({ userId, keyHash }) => `${userId} ${keyHash}`,
  );
  return new Map([...byKey].map(([key, all]) => [key, all.map(({ orderId }) => orderId)]));
}

function boughtOtherwise({ keyHash, saw }: Bought, orders: readonly OrderId[]): Violation[] {
  const answered = new Set(saw.flatMap((each) => (each.saw === 'answer' ? [each.answer.orderId] : [])));
  const unsure = saw.some((each) => each.saw === 'nothing');
  const violations: Violation[] = [];
  if (orders.length > 1) violations.push(`acceptance: ${keyHash} made ${orders.length} orders`);
  if (answered.size > 1) violations.push(`acceptance: ${keyHash} was answered with ${answered.size} orders`);
  for (const orderId of answered)
    if (!orders.includes(orderId))
      violations.push(`acceptance: ${keyHash} was answered with ${orderId}, which was never accepted`);
  if (answered.size === 0 && !unsure && orders.length > 0)
    violations.push(`acceptance: ${keyHash} was refused, and is ${orders[0]}`);
  return violations;
}

/** One outcome; a confirmed order may be cancelled once, later. */
function outcomeOtherwise(
  orderId: OrderId,
  status: string,
  said: readonly ArchivedMessage[],
  { sagas }: Facts,
): Violation[] {
  const heard = [...said].sort((a, b) => Number(a.sequence - b.sequence)).map(({ type }) => type.replace('order.', ''));
  const expected = status === 'cancelled' && heard.length === 2 ? ['confirmed', 'cancelled'] : [status];
  const own = sagas.filter(({ subject }) => subject === orderId).map(({ saga }) => saga);
  return [
    ...(heard.join() === expected.join()
      ? []
      : [`acceptance: ${orderId} is ${status}, and was said to be ${heard.join(', then ') || 'nothing'}`]),
    ...(own.filter((saga) => saga === 'place-order').length === 1
      ? []
      : [`acceptance: ${orderId} has the sagas ${own.join(', ')}`]),
  ];
}
