import type { Acceptance } from '../audit/acceptance.js';
import type { ClientCheckout } from '../audit/accepted-by-history.js';
import { gatherCheckouts } from '../gather/cart-facts.js';
import { gatherDirectOrders } from '../gather/order-facts.js';
import { Snapshot } from '../gather/read-only.js';
import { CannotDo } from './databases.js';

/** What the clients of a service were told, beside what its database knows. */
export interface ComparedAcceptances {
  /** Answered 202 by this service. */
  readonly accepted: number;
  readonly back: number;
  /** Accepted, and not in the database: said to nobody before it was lost. */
  readonly lost: readonly { readonly orderId: string | undefined; readonly userId: string; readonly key: string }[];
  /** Calls without an answer of which nothing is there: accepted and lost, or never accepted. Nobody knows. */
  readonly unsure: number;
}

type Accepting = Acceptance['by'];

const gather = { cart: gatherCheckouts, order: gatherDirectOrders };

/** Throws CannotDo where the service accepts no orders. */
export function accepting(service: string): Accepting {
  if (service === 'cart' || service === 'order') return service;
  throw new CannotDo(`--history tells of orders, which cart and order accept: ${service} has accepted none`);
}

export async function compareAcceptances(
  service: Accepting,
  url: string,
  checkouts: readonly ClientCheckout[],
): Promise<ComparedAcceptances> {
  const snapshot = await Snapshot.open(url, service);
  try {
    return compared(service, checkouts, await gather[service](snapshot));
  } finally {
    await snapshot.close();
  }
}

export function compared(
  service: Accepting,
  checkouts: readonly ClientCheckout[],
  acceptances: readonly Acceptance[],
): ComparedAcceptances {
  const known = new Set(acceptances.map(({ userId, keyHash }) => `${userId} ${keyHash}`));
  const ours = checkouts.filter(({ by }) => by === service);
  const isThere = ({ userId, hashes }: ClientCheckout): boolean =>
    hashes.some((hash) => known.has(`${userId} ${hash}`));
  const accepted = ours.filter(({ seen }) => seen === 'ok');
  const lost = accepted.filter((each) => !isThere(each)).map(({ orderId, userId, key }) => ({ orderId, userId, key }));
  return {
    accepted: accepted.length,
    back: accepted.length - lost.length,
    lost,
    unsure: ours.filter((each) => each.seen === 'open' && !isThere(each)).length,
  };
}
