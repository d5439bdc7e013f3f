import type { RecordLog } from '../facts/record-log.js';
import { logOf, sagasOf } from '../facts/shop-facts.js';
import { checkAcceptance, type OrderEvents } from '../invariants/acceptance.js';
import { section } from './audit-section.js';

export const acceptance = section({
  id: 'G4',
  needs: [],
  gather: () => Promise.resolve(undefined),
  check: (_, { messaging, orders, acceptances, waiting, logs, history }) =>
    checkAcceptance({
      orders,
      waiting,
      acceptances,
      sagas: sagasOf(messaging),
      events: orderEventsOf(logOf(logs, 'order.events')),
      history: history && { checkouts: history },
    }),
});

/** In the order of their sequences; G6 checks the order on the topic. */
function* orderEventsOf(log: RecordLog): Generator<OrderEvents> {
  for (const records of log.byKey()) {
    const types = new Map(records.toSorted((a, b) => a.sequence - b.sequence).map(({ id, type }) => [id, type]));
    yield { orderId: records[0]!.key, types: [...types.values()] };
  }
}
