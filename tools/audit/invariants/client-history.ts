import type { Acceptance, AcceptedOrder } from './accepted-order.js';
import type { ById } from './by-id.js';
import type { Findings } from './section.js';

/** A checkout as its client saw it: all attempts with one idempotency key. */
export interface ClientCheckout {
  readonly key: string;
  readonly userId: string;
  /** SHA-256 of the key, in the forms in which a service may store it. */
  readonly hashes: readonly string[];
  /** The service that it was sent to. */
  readonly by: Acceptance['by'];
  /** `accepted`: an attempt was answered 202. `unknown`: none was, and at least one may have taken effect. `refused`: all failed for certain. */
  readonly result: 'accepted' | 'unknown' | 'refused';
  /** As answered. */
  readonly orderId: string | undefined;
}

export interface HistoryFacts {
  readonly checkouts: Iterable<ClientCheckout>;
}

const counters = {
  accepted: 'client: answered 202',
  unknown: 'client: unanswered',
  refused: 'client: refused',
} as const;

/** Each 202 made one order, an unanswered call at most one, a refused one none; and the clients' users have no other order. */
export function checkHistory(
  { checkouts }: HistoryFacts,
  orders: ById<AcceptedOrder>,
  acceptances: Iterable<Acceptance>,
  findings: Findings,
): void {
  const byKey = new Map<string, string>();
  for (const { userId, keyHash, orderId } of acceptances) byKey.set(`${userId} ${keyHash}`, orderId);
  const users = new Set<string>();
  const requested = new Map<string, string>();
  for (const counter of Object.values(counters)) findings.count(counter, 0);
  for (const { key, userId, hashes, result, orderId } of checkouts) {
    users.add(userId);
    const made = hashes.map((hash) => byKey.get(`${userId} ${hash}`)).find((id) => id !== undefined);
    const ids = { key, user: userId, ...(made === undefined ? {} : { order: made }) };
    findings.count(counters[result]);
    if (result === 'accepted' && made === undefined)
      findings.report('answered 202, and no order was accepted with this key', ids, 'lost');
    if (result === 'accepted' && orderId !== undefined && !orders.has(orderId))
      findings.report('answered 202 with an order that does not exist', { ...ids, order: orderId }, 'lost');
    if (made !== undefined && orderId !== undefined && made !== orderId)
      findings.report('the order is not the one that was answered', { ...ids, answered: orderId });
    if (result === 'refused' && made !== undefined)
      findings.report('refused, and an order was accepted nevertheless', ids);
    const first = made === undefined ? undefined : requested.get(made);
    if (first !== undefined) findings.report('two keys made one order', { ...ids, other: first }, 'lost');
    if (made !== undefined) requested.set(made, key);
  }
  for (const [orderId, { userId }] of orders) {
    if (users.has(userId) && !requested.has(orderId))
      findings.report('an order that its buyer did not request', { order: orderId, user: userId }, 'doubled');
  }
}
