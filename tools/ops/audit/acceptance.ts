import { checkHistory, type HistoryFacts } from './accepted-by-history.js';
import { Findings, type Section } from './section.js';
import type { SagaFact } from './waiting.js';

/** A service said 202: an order was accepted. */
export interface Acceptance {
  readonly orderId: string;
  readonly userId: string;
  /** SHA-256 of the idempotency key. */
  readonly keyHash: string;
  readonly by: 'cart' | 'order';
  /** In pence, as it was answered for. */
  readonly total: number;
}

export interface AcceptedOrder {
  readonly userId: string;
  readonly status: string;
  readonly total: number;
}

/** What was said of an order on `order.events`, in its order, repeats left out. */
export interface OrderWords {
  readonly orderId: string;
  readonly types: readonly string[];
}

export interface AcceptanceFacts {
  readonly orders: ReadonlyMap<string, AcceptedOrder>;
  readonly acceptances: Iterable<Acceptance>;
  readonly sagas: Iterable<SagaFact>;
  readonly words: Iterable<OrderWords>;
  readonly held: ReadonlySet<string>;
  /** What the clients saw, where they wrote it down. */
  readonly history?: HistoryFacts | undefined;
}

/** G4: each 202 is one order, one saga and one outcome, and a key makes at most one order. */
export function checkAcceptance(facts: AcceptanceFacts): Section {
  const findings = new Findings();
  for (const what of ['accepted', 'orders', 'confirmed', 'rejected', 'cancelled while pending', 'cancelled later'])
    findings.count(what, 0);
  findings.count('orders', facts.orders.size);
  const acceptances = [...facts.acceptances];
  checkAccepted(facts, acceptances, findings);
  checkSagas(facts, findings);
  checkWords(facts, findings);
  if (facts.history) checkHistory(facts.history, facts.orders, acceptances, findings);
  return findings.section('G4', 'acceptance: one order, one saga, one outcome for each 202');
}

function checkAccepted(
  { orders, held }: AcceptanceFacts,
  acceptances: readonly Acceptance[],
  findings: Findings,
): void {
  const accepted = new Set<string>();
  const keys = new Map<string, string>();
  for (const { orderId, userId, keyHash, by, total } of acceptances) {
    findings.count('accepted');
    const ids = { order: orderId, user: userId };
    if (accepted.has(orderId)) findings.report('accepted twice', ids, 'doubled');
    accepted.add(orderId);
    const key = `${by} ${userId} ${keyHash}`;
    const twin = keys.get(key);
    if (twin !== undefined && twin !== orderId)
      findings.report('one idempotency key made two orders', { ...ids, other: twin }, 'doubled');
    keys.set(key, orderId);
    const order = orders.get(orderId);
    if (!order && !held.has(orderId)) findings.report(`accepted by ${by}, and there is no such order`, ids, 'lost');
    if (order && order.total !== total)
      findings.report(`accepted for ${total}, the order's total is ${order.total}`, ids);
    if (order && order.userId !== userId)
      findings.report("another user's order than the one who was answered", { ...ids, owner: order.userId });
  }
  for (const orderId of orders.keys())
    if (!accepted.has(orderId)) findings.report('an order that nobody accepted', { order: orderId });
}

function checkSagas({ orders, sagas, held }: AcceptanceFacts, findings: Findings): void {
  const placing = new Map<string, SagaFact>();
  for (const saga of sagas) {
    if (!orders.has(saga.subject)) findings.report('a saga without an order', { saga: saga.id });
    if (saga.saga !== 'place-order') continue;
    if (placing.has(saga.subject))
      findings.report('an order with two place-order sagas', { order: saga.subject, saga: saga.id }, 'doubled');
    placing.set(saga.subject, saga);
  }
  for (const [orderId, { status }] of orders) {
    const saga = placing.get(orderId);
    if (!saga) findings.report('an order without a place-order saga', { order: orderId }, 'lost');
    else if (!held.has(orderId) && (status === 'confirmed' || status === 'rejected') && saga.status !== endOf[status]) {
      findings.report(`the order is ${status}, its place-order saga ${saga.status}`, { order: orderId, saga: saga.id });
    }
  }
}

const endOf = { confirmed: 'completed', rejected: 'failed' } as const;

const outcomeTypes = new Set(['order.confirmed', 'order.rejected', 'order.cancelled']);

function checkWords({ orders, words, held }: AcceptanceFacts, findings: Findings): void {
  const told = new Set<string>();
  for (const { orderId, types } of words) {
    told.add(orderId);
    const order = orders.get(orderId);
    const ids = { order: orderId };
    if (!order) {
      findings.report('order.events tell of an order that is not there', ids);
      continue;
    }
    const placedAgain = types.indexOf('order.placed', 1) !== -1;
    if (types[0] !== 'order.placed' || placedAgain)
      findings.report('order.placed is not its first and only beginning', ids, placedAgain ? 'doubled' : 'lost');
    const outcomes = types.filter((type) => outcomeTypes.has(type));
    const story = outcomes.map((type) => type.slice('order.'.length)).join(', ');
    countOutcome(story, findings);
    if (!stories.has(story)) findings.report(`${outcomes.length} outcomes: ${story}`, ids, 'doubled');
    else if (!held.has(orderId) && statusOf(story) !== order.status && !unsettled.has(order.status))
      findings.report(
        `the order is ${order.status}, its events say: ${story || 'no outcome'}`,
        ids,
        story === '' ? 'lost' : undefined,
      );
  }
  for (const orderId of orders.keys())
    if (!told.has(orderId)) findings.report('an order of which order.events tell nothing', { order: orderId }, 'lost');
}

/** Everything that may ever be told of an order's end. */
const stories = new Set(['', 'confirmed', 'rejected', 'cancelled', 'confirmed, cancelled']);
const statusOf = (story: string): string => story.split(', ').at(-1)!;
/** Without an outcome: that is liveness' business. */
const unsettled = new Set(['pending', 'cancelling']);

function countOutcome(story: string, findings: Findings): void {
  if (story.startsWith('confirmed')) findings.count('confirmed');
  if (story === 'rejected') findings.count('rejected');
  if (story === 'cancelled') findings.count('cancelled while pending');
  if (story === 'confirmed, cancelled') findings.count('cancelled later');
}
