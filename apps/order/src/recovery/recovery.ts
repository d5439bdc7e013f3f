import { OrderAddressChanged, OrderGoodwillRecorded, OrderPlaced } from '@tradewind/contracts';
import { groupBy } from '@tradewind/kernel';
import { messageInfo, type MessageClass } from '@tradewind/messaging/message';
import { recoveredSaga, type Consumed, type Published, type RecoveredSaga, type Recovery } from '@tradewind/operations';
import { rebuildFromHistory, type HistoryRules, type PublishedDecision } from '@tradewind/saga';
import type { Order } from '../domain/order.js';
import { orderAfter, ordersFromEvents } from './orders-from-events.js';
import { answeredOrders } from '../http/place-order.idempotency.js';
import { cancelOrder } from '../sagas/cancel-order.saga.js';
import { placeOrder } from '../sagas/place-order.saga.js';
import { Orders } from '../storage/order.tables.js';

/** Recovers orders, their sagas and answered requests from the published messages. The copy of prices is rebuilt from `product.events`. */
export const recovery: Recovery = {
  rows: (published) => [[Orders, ordersOf(published)]],
  answers: answeredOrders,
  sagas: sagasOf,
  backup: ['webhook_endpoints', 'msg_publication_effects'],
};

function* ordersOf(published: Iterable<Published>): Generator<Order> {
  for (const [, ofOrder] of byOrder(published)) yield* ordersFromEvents(ofOrder.map(({ message }) => message)).values();
}

const historyRules: HistoryRules<Order> = {
  sagas: [placeOrder, cancelOrder],
  subjectOf: ({ messages }) => {
    const placed = messages.find(({ message }) => message instanceof OrderPlaced);
    return placed && orderAfter(undefined, placed.message);
  },
  withoutSaga: (order, { messages }) => {
    if (
      !messages.every(
        ({ message }) => message instanceof OrderAddressChanged || message instanceof OrderGoodwillRecorded,
      )
    )
      return undefined;
    return messages.reduce<Order | undefined>((next, { message }) => next && orderAfter(next, message), order);
  },
};

/** Throws a RangeError that names messages that do not follow from the messages before them. */
function* sagasOf(published: Iterable<Published>, consumed: Consumed): Generator<RecoveredSaga> {
  for (const [orderId, ofOrder] of byOrder(published)) {
    const { sagas, unexplained, errors } = rebuildFromHistory(historyRules, decisionsOf(ofOrder, consumed));
    const [first] = unexplained;
    if (first)
      throw new RangeError(
        `${first.messages.map(({ message }) => message.constructor.name).join(' and ')} of the order ${orderId} does not follow from the messages before`,
        { cause: errors.at(-1) },
      );
    yield* sagas.map(recoveredSaga);
  }
}

/** Groups the messages by order; the messages of one order are adjacent. */
function* byOrder(
  published: Iterable<Published>,
): Generator<readonly [orderId: string, ofOrder: readonly Published[]]> {
  let ofOrder: Published[] = [];
  let orderId: string | undefined;
  for (const each of published) {
    const { orderId: next } = each.message as { readonly orderId?: string };
    if (next === undefined) continue;
    if (orderId !== undefined && orderId !== next) {
      yield [orderId, ofOrder];
      ofOrder = [];
    }
    orderId = next;
    ofOrder.push(each);
  }
  if (orderId !== undefined) yield [orderId, ofOrder];
}

/** The messages of one cause belong to one decision. */
function decisionsOf(ofOrder: readonly Published[], consumed: Consumed): PublishedDecision[] {
  const before = causesBefore(ofOrder);
  return [...groupBy(ofOrder, causeOf)].map(([cause, group]) => ({
    cause,
    at: group[0]!.at,
    messages: group
      .map(({ envelope, message }) => ({ id: envelope.id, message }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    consumed: consumed.get(cause),
    after: before.get(cause)!,
  }));
}

const causeOf = ({ envelope: { causation, id } }: Published): string => causation ?? id;

/**
 * The causes whose messages come before those of a cause on the same topic. Ordered by sequence, because instances' clocks differ;
 * a message without sequence is not relayed yet and comes last.
 */
function causesBefore(ofOrder: readonly Published[]): ReadonlyMap<string, ReadonlySet<string>> {
  const before = new Map(ofOrder.map((each) => [causeOf(each), new Set<string>()]));
  for (const ofTopic of groupBy(
    ofOrder,
    ({ message }) => messageInfo(message.constructor as MessageClass).topic.name,
  ).values()) {
    const numbered = ofTopic
      .filter(({ envelope }) => envelope.sequence > 0n)
      .sort((a, b) => (a.envelope.sequence < b.envelope.sequence ? -1 : 1));
    const inOrder = [...numbered, ...ofTopic.filter(({ envelope }) => envelope.sequence === 0n)].map(causeOf);
    for (const [index, cause] of inOrder.entries()) {
      const previous = inOrder.slice(0, index).findLast((each) => each !== cause);
      if (previous !== undefined) before.get(cause)!.add(previous);
    }
  }
  return before;
}
