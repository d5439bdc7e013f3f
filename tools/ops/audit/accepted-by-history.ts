import type { Acceptance, AcceptedOrder } from './acceptance.js';
import type { Findings } from './section.js';

/** A checkout as its client saw it, all attempts with one idempotency key together. */
export interface ClientCheckout {
  readonly key: string;
  readonly userId: string;
  /** SHA-256 of the key, in the forms in which a service may keep it. */
  readonly hashes: readonly string[];
  /** Whom it was sent to. */
  readonly by: Acceptance['by'];
  /** `ok`: some attempt was answered 202. `open`: none was, and at least one may have had its effect. `none`: all certainly failed. */
  readonly seen: 'ok' | 'open' | 'none';
  /** As the answer told it. */
  readonly orderId: string | undefined;
}

export interface HistoryFacts {
  readonly checkouts: Iterable<ClientCheckout>;
}

/** Each 202 made one order, an unanswered call none or one, a refused one none; and the clients' users have no order that they did not ask for. */
export function checkHistory(
  { checkouts }: HistoryFacts,
  orders: ReadonlyMap<string, AcceptedOrder>,
  acceptances: readonly Acceptance[],
  findings: Findings,
): void {
  const byKey = new Map(acceptances.map((each) => [`${each.userId} ${each.keyHash}`, each.orderId]));
  const users = new Set<string>();
  const wanted = new Map<string, string>();
  for (const what of ['client: answered 202', 'client: unanswered', 'client: refused']) findings.count(what, 0);
  for (const { key, userId, hashes, seen, orderId } of checkouts) {
    users.add(userId);
    const made = hashes.map((hash) => byKey.get(`${userId} ${hash}`)).find((each) => each !== undefined);
    const ids = { key, user: userId, ...(made === undefined ? {} : { order: made }) };
    findings.count(seen === 'ok' ? 'client: answered 202' : seen === 'open' ? 'client: unanswered' : 'client: refused');
    if (seen === 'ok' && made === undefined)
      findings.report('answered 202, and no order was accepted with this key', ids, 'lost');
    if (seen === 'ok' && orderId !== undefined && !orders.has(orderId))
      findings.report('answered 202 with an order that is not there', { ...ids, order: orderId }, 'lost');
    if (made !== undefined && orderId !== undefined && made !== orderId)
      findings.report('another order than the one that was answered', { ...ids, answered: orderId });
    if (seen === 'none' && made !== undefined) findings.report('refused, and an order was accepted all the same', ids);
    const first = made === undefined ? undefined : wanted.get(made);
    if (first !== undefined) findings.report('two keys made one order', { ...ids, other: first }, 'lost');
    if (made !== undefined) wanted.set(made, key);
  }
  for (const [orderId, { userId }] of orders) {
    if (users.has(userId) && !wanted.has(orderId))
      findings.report('an order that its buyer never asked for', { order: orderId, user: userId }, 'doubled');
  }
}
