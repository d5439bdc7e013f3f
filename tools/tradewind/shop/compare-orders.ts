import type { Acceptance } from '../../audit/invariants/accepted-order.js';
import type { ClientCheckout } from '../../audit/invariants/client-history.js';
import { OperatorError } from '@tradewind/operations';

/** The orders that clients were told are accepted, compared with a recovered database. */
export interface RecoveredOrders {
  /** Answered 202 by this service. */
  readonly accepted: number;
  readonly recovered: number;
  /** Accepted, and not in the database: they were not published before it was lost. */
  readonly lost: readonly { readonly orderId: string | undefined; readonly userId: string; readonly key: string }[];
  /** Unanswered calls without an order: accepted and lost, or never accepted. */
  readonly unknown: number;
}

export type AcceptingService = Acceptance['by'];

/** Throws OperatorError for a service that accepts no orders. */
export function acceptingService(service: string): AcceptingService {
  if (service === 'cart' || service === 'order') return service;
  throw new OperatorError(`--history has orders, which only cart and order accept: it does not apply to ${service}`);
}

export function compareOrders(
  service: AcceptingService,
  checkouts: readonly ClientCheckout[],
  acceptances: Iterable<Acceptance>,
): RecoveredOrders {
  const stored = new Set<string>();
  for (const { userId, keyHash } of acceptances) stored.add(`${userId} ${keyHash}`);
  const own = checkouts.filter(({ by }) => by === service);
  const isStored = ({ userId, hashes }: ClientCheckout): boolean =>
    hashes.some((hash) => stored.has(`${userId} ${hash}`));
  const accepted = own.filter(({ result }) => result === 'accepted');
  const lost = accepted
    .filter((checkout) => !isStored(checkout))
    .map(({ orderId, userId, key }) => ({ orderId, userId, key }));
  return {
    accepted: accepted.length,
    recovered: accepted.length - lost.length,
    lost,
    unknown: own.filter((checkout) => checkout.result === 'unknown' && !isStored(checkout)).length,
  };
}
