import type { Acceptance, AcceptedOrder } from './accepted-order.js';
import type { ById } from './by-id.js';
import { checkHistory, type HistoryFacts } from './client-history.js';
import { Findings, type Section } from './section.js';
import type { SagaFact } from './waiting-for-operator.js';

/** The events of one order on `order.events`, in their order, without repeats. */
export interface OrderEvents {
  readonly orderId: string;
  readonly types: readonly string[];
}

export interface AcceptanceFacts {
  readonly orders: ById<AcceptedOrder>;
  readonly acceptances: Iterable<Acceptance>;
  readonly sagas: Iterable<SagaFact>;
  readonly events: Iterable<OrderEvents>;
  /** Orders that wait for an operator. */
  readonly waiting: ReadonlySet<string>;
  /** What the clients recorded, if it was given. */
  readonly history?: HistoryFacts | undefined;
}

/** G4: each 202 is one order, one saga and one outcome, and a key makes at most one order. */
export function checkAcceptance(facts: AcceptanceFacts): Section {
  const findings = new Findings();
  for (const what of ['accepted', 'orders', 'confirmed', 'rejected', 'cancelled while pending', 'cancelled later'])
    findings.count(what, 0);
  findings.count('orders', facts.orders.size);
  checkAccepted(facts, findings);
  checkSagas(facts, findings);
  checkOutcomes(facts, findings);
  if (facts.history) checkHistory(facts.history, facts.orders, facts.acceptances, findings);
  return findings.section('G4', 'acceptance: one order, one saga, one outcome for each 202');
}

function checkAccepted({ orders, acceptances, waiting }: AcceptanceFacts, findings: Findings): void {
  const accepted = new Set<string>();
  const keys = new Map<string, string>();
  for (const { orderId, userId, keyHash, by, total } of acceptances) {
    findings.count('accepted');
    const ids = { order: orderId, user: userId };
    if (accepted.has(orderId)) findings.report('accepted twice', ids, 'doubled');
    accepted.add(orderId);
    const key = `${by} ${userId} ${keyHash}`;
    const other = keys.get(key);
    if (other !== undefined && other !== orderId)
      findings.report('one idempotency key made two orders', { ...ids, other }, 'doubled');
    keys.set(key, orderId);
    const order = orders.get(orderId);
    if (!order && !waiting.has(orderId))
      findings.report(`accepted by ${by}, and the order does not exist`, ids, 'lost');
    if (order && order.total !== total)
      findings.report(`accepted for ${total}, the order's total is ${order.total}`, ids);
    if (order && order.userId !== userId)
      findings.report('the order belongs to another user than the one who was answered', {
        ...ids,
        owner: order.userId,
      });
  }
  for (const orderId of orders.keys())
    if (!accepted.has(orderId)) findings.report('an order that no service accepted', { order: orderId });
}

function checkSagas({ orders, sagas, waiting }: AcceptanceFacts, findings: Findings): void {
  /** The status of the saga of each order. */
  const placing = new Map<string, string>();
  const ids = new Map<string, string>();
  for (const saga of sagas) {
    if (!orders.has(saga.subject)) findings.report('a saga without an order', { saga: saga.id });
    if (saga.saga !== 'place-order') continue;
    if (placing.has(saga.subject))
      findings.report('an order with two place-order sagas', { order: saga.subject, saga: saga.id }, 'doubled');
    placing.set(saga.subject, saga.status);
    ids.set(saga.subject, saga.id);
  }
  for (const [orderId, { status }] of orders) {
    const saga = placing.get(orderId);
    if (saga === undefined) findings.report('an order without a place-order saga', { order: orderId }, 'lost');
    else if (!waiting.has(orderId) && (status === 'confirmed' || status === 'rejected') && saga !== endOf[status]) {
      findings.report(`the order is ${status}, its place-order saga ${saga}`, {
        order: orderId,
        saga: ids.get(orderId) ?? '',
      });
    }
  }
}

const endOf = { confirmed: 'completed', rejected: 'failed' } as const;

const outcomeTypes = new Set(['order.confirmed', 'order.rejected', 'order.cancelled']);

function checkOutcomes({ orders, events, waiting }: AcceptanceFacts, findings: Findings): void {
  const published = new Set<string>();
  for (const { orderId, types } of events) {
    published.add(orderId);
    const order = orders.get(orderId);
    const ids = { order: orderId };
    if (!order) {
      findings.report('order.events has an order that does not exist', ids);
      continue;
    }
    const placedAgain = types.indexOf('order.placed', 1) !== -1;
    if (types[0] !== 'order.placed' || placedAgain)
      findings.report('order.placed is not its first and only first event', ids, placedAgain ? 'doubled' : 'lost');
    const outcomes = types.filter((type) => outcomeTypes.has(type));
    const outcome = outcomes.map((type) => type.slice('order.'.length)).join(', ');
    countOutcome(outcome, findings);
    if (!allowedOutcomes.has(outcome)) findings.report(`${outcomes.length} outcomes: ${outcome}`, ids, 'doubled');
    else if (!waiting.has(orderId) && statusOf(outcome) !== order.status && !unsettled.has(order.status))
      findings.report(
        `the order is ${order.status}, its events have: ${outcome || 'no outcome'}`,
        ids,
        outcome === '' ? 'lost' : undefined,
      );
  }
  for (const orderId of orders.keys())
    if (!published.has(orderId))
      findings.report('an order without any event on order.events', { order: orderId }, 'lost');
}

const allowedOutcomes = new Set(['', 'confirmed', 'rejected', 'cancelled', 'confirmed, cancelled']);
const statusOf = (outcome: string): string => outcome.split(', ').at(-1)!;
/** Without an outcome: G3 reports these. */
const unsettled = new Set(['pending', 'cancelling']);

function countOutcome(outcome: string, findings: Findings): void {
  if (outcome.startsWith('confirmed')) findings.count('confirmed');
  if (outcome === 'rejected') findings.count('rejected');
  if (outcome === 'cancelled') findings.count('cancelled while pending');
  if (outcome === 'confirmed, cancelled') findings.count('cancelled later');
}
