import { OrderAddressChanged, OrderGoodwillRecorded, OrderPlaced } from '@tradewind/contracts';
import { groupBy } from '@tradewind/kernel';
import {
  messageInfo,
  sagaRow,
  type Heard,
  type MessageClass,
  type RecoveredSaga,
  type Recovery,
  type Told,
} from '@tradewind/messaging';
import { retell, type Retelling, type ToldDecision } from '@tradewind/saga';
import type { Order } from './domain/order.js';
import { after, rebuildOrders } from './rebuild.js';
import { answeredOrders } from './http/placed-once.js';
import { cancelOrder } from './sagas/cancel-order.saga.js';
import { placeOrder } from './sagas/place-order.saga.js';
import { Orders } from './storage/order.tables.js';

/** Orders, their sagas and the keys of their requests from what was said of them; the copy of prices comes again from the topics of others. */
export const recovery: Recovery = {
  rows: (told) => [[Orders, ordersOf(told)]],
  answers: answeredOrders,
  sagas: sagasOf,
};

function* ordersOf(told: Iterable<Told>): Generator<Order> {
  for (const [, about] of byOrder(told)) yield* rebuildOrders(about.map(({ message }) => message)).values();
}

const orderStory: Retelling<Order> = {
  sagas: [placeOrder, cancelOrder],
  begins: ({ says }) => {
    const placed = says.find(({ message }) => message instanceof OrderPlaced);
    return placed && after(undefined, placed.message);
  },
  apart: (order, { says }) => {
    if (
      !says.every(({ message }) => message instanceof OrderAddressChanged || message instanceof OrderGoodwillRecorded)
    )
      return undefined;
    return says.reduce<Order | undefined>((next, { message }) => next && after(next, message), order);
  },
};

/** Throws a RangeError naming what follows from nothing that was said before. */
function* sagasOf(told: Iterable<Told>, heard: Heard): Generator<RecoveredSaga> {
  for (const [orderId, about] of byOrder(told)) {
    const { sagas, unexplained, refusals } = retell(orderStory, decisionsOf(about, heard));
    const [first] = unexplained;
    if (first)
      throw new RangeError(
        `${first.says.map(({ message }) => message.constructor.name).join(' and ')} of the order ${orderId} does not follow from what was said of it before`,
        { cause: refusals.at(-1) },
      );
    for (const { state, startedAt, changedAt, journal, deadlines } of sagas) {
      yield {
        saga: sagaRow(state, startedAt, changedAt),
        journal: journal.map((line) => ({ ...line, sagaId: state.id })),
        timers: deadlines.map(({ name, milliseconds, startedBy, from }) => ({
          id: `${state.id} ${name}`,
          sagaId: state.id,
          name,
          milliseconds,
          startedBy,
          dueAt: new Date(from.getTime() + milliseconds),
        })),
      };
    }
  }
}

/** What was said of one order comes together. */
function* byOrder(told: Iterable<Told>): Generator<readonly [orderId: string, about: readonly Told[]]> {
  let about: Told[] = [];
  let orderId: string | undefined;
  for (const each of told) {
    const { orderId: next } = each.message as { readonly orderId?: string };
    if (next === undefined) continue;
    if (orderId !== undefined && orderId !== next) {
      yield [orderId, about];
      about = [];
    }
    orderId = next;
    about.push(each);
  }
  if (orderId !== undefined) yield [orderId, about];
}

/** What one cause made the service say of an order was decided at once. */
function decisionsOf(about: readonly Told[], heard: Heard): ToldDecision[] {
  const behind = causesBefore(about);
  return [...groupBy(about, causeOf)].map(([cause, group]) => ({
    cause,
    at: group[0]!.at,
    says: group.map(({ envelope, message }) => ({ id: envelope.id, message })).sort((a, b) => (a.id < b.id ? -1 : 1)),
    heard: heard.get(cause),
    behind: behind.get(cause)!,
  }));
}

const causeOf = ({ envelope: { causation, id } }: Told): string => causation ?? id;

/** By the sequences of each topic, which no clock can turn round. What is not published yet has none, and comes last. */
function causesBefore(about: readonly Told[]): ReadonlyMap<string, ReadonlySet<string>> {
  const before = new Map(about.map((told) => [causeOf(told), new Set<string>()]));
  for (const told of groupBy(
    about,
    ({ message }) => messageInfo(message.constructor as MessageClass).topic.name,
  ).values()) {
    const numbered = told
      .filter(({ envelope }) => envelope.sequence > 0n)
      .sort((a, b) => (a.envelope.sequence < b.envelope.sequence ? -1 : 1));
    const inOrder = [...numbered, ...told.filter(({ envelope }) => envelope.sequence === 0n)].map(causeOf);
    for (const [index, cause] of inOrder.entries()) {
      const previous = inOrder.slice(0, index).findLast((each) => each !== cause);
      if (previous !== undefined) before.get(cause)!.add(previous);
    }
  }
  return before;
}
