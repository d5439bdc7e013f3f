import type { Acceptance } from '../invariants/accepted-order.js';
import type { ById } from '../invariants/by-id.js';
import { concatenated, filtered } from '../invariants/sorted-lists.js';
import type { ClientCheckout } from '../invariants/client-history.js';
import type { ProviderOperation } from '../invariants/books.js';
import { isOpen } from '../invariants/saga-history.js';
import { waitingForOperator, type SagaFact, type Waiting } from '../invariants/waiting-for-operator.js';
import type { DatabaseService } from '../../services.js';
import { gatherCheckouts } from './cart-facts.js';
import { gatherMessaging, type MessagingFacts } from './messaging-facts.js';
import { gatherDirectOrders, gatherOrders, type OrderFact } from './order-facts.js';
import type { RecordLog } from './record-log.js';
import type { InstanceAddress } from './size-facts.js';
import { SourceUnavailable, type Snapshot } from './snapshot.js';
import type { Behind } from './wait-until-idle.js';

/** The services whose facts every section is given. */
export const shopFactsNeeds = ['order', 'cart'] as const satisfies readonly DatabaseService[];

/** What is read before the sections gather their own facts. */
export interface OrdersAndWaiting {
  /** What the messaging library stores, of every service. */
  readonly messaging: readonly MessagingFacts[];
  readonly orders: ById<OrderFact>;
  readonly acceptances: Iterable<Acceptance>;
  /** What waits for an operator, and the orders among it. */
  readonly waitingForOperator: readonly Waiting[];
  readonly waiting: ReadonlySet<string>;
  readonly instances: readonly InstanceAddress[];
}

/** What every section may use besides its own facts. */
export interface ShopFacts extends OrdersAndWaiting {
  /** The records of the archived topics, by topic. */
  readonly logs: ReadonlyMap<string, RecordLog>;
  readonly provider: readonly ProviderOperation[] | undefined;
  readonly history: readonly ClientCheckout[] | undefined;
  /** Consumers that have not read to the end. */
  readonly behind: readonly Behind[];
}

export async function gatherOrdersAndWaiting(
  snapshots: ReadonlyMap<DatabaseService, Snapshot>,
  { order, cart }: Readonly<Record<(typeof shopFactsNeeds)[number], Snapshot>>,
  instances: readonly InstanceAddress[],
): Promise<OrdersAndWaiting> {
  const messaging = await Promise.all([...snapshots].map(([service, snapshot]) => gatherMessaging(snapshot, service)));
  const orders = await gatherOrders(order);
  const acceptances = concatenated(await gatherCheckouts(cart), await gatherDirectOrders(order));
  const listed = waitingForOperator({
    deadLetters: messaging.flatMap(({ deadLetters }) => deadLetters),
    blockedKeys: messaging.flatMap(({ blockedKeys }) => blockedKeys),
    stuckSagas: [...filtered(sagasOf(messaging), ({ stuck, status }) => stuck && isOpen(status))],
    isOrder: (key) => orders.has(key) || [...acceptances].some(({ orderId }) => orderId === key),
  });
  const waiting = new Set(listed.flatMap(({ order: waitingOrder }) => waitingOrder ?? []));
  return { messaging, orders, acceptances, waitingForOperator: listed, waiting, instances };
}

/** The sagas of every service. */
export const sagasOf = (messaging: readonly MessagingFacts[]): Iterable<SagaFact> =>
  concatenated(...messaging.map(({ sagas }) => sagas));

/** The records of a topic. Throws SourceUnavailable for a topic that the contracts do not declare. */
export function logOf(logs: ShopFacts['logs'], topic: string): RecordLog {
  const log = logs.get(topic);
  if (!log) throw new SourceUnavailable(`the audit expects a topic ${topic}, which the contracts do not declare`);
  return log;
}
