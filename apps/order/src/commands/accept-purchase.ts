import { publishAll, startSaga, type Decision, type DecisionContext } from '@tradewind/messaging';
import { place, type Purchase } from '../domain/order.js';
import { eventsOf, type RequestHashes } from '../sagas/order.changes.js';
import { placeOrder } from '../sagas/place-order.saga.js';

/** Creates the order, publishes its events and starts its saga. */
export function acceptPurchase(purchase: Purchase, context: DecisionContext, request?: RequestHashes): Decision {
  const order = place(purchase, context.now);
  return publishAll(eventsOf(undefined, order, request)).and(startSaga(placeOrder, order, context));
}
