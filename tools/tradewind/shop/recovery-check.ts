import { gatherCheckouts } from '../../audit/facts/cart-facts.js';
import { gatherDirectOrders } from '../../audit/facts/order-facts.js';
import { readHistory } from '../../audit/facts/read-history.js';
import { Snapshot } from '../../audit/facts/snapshot.js';
import { plural, type RecoveryCheck } from '@tradewind/operations/cli';
import { acceptingService, compareOrders, type RecoveredOrders } from './compare-orders.js';
import { shopOf } from './shop-system.js';

const gather = { cart: gatherCheckouts, order: gatherDirectOrders };

/** `recover --history`: lists each order that was accepted and is lost. */
export const recoveredOrders: RecoveryCheck = {
  name: 'history',
  argument: '<file>',
  description:
    'what the clients recorded (JSON lines of tools/shop): orders that were accepted and are lost are listed',
  async prepare(name, file, flags) {
    const service = acceptingService(name);
    const checkouts = await readHistory(file);
    return async () => {
      const snapshot = await Snapshot.open(shopOf(flags).databases[service], service);
      try {
        const data = compareOrders(service, checkouts, await gather[service](snapshot));
        return { data, lines: linesOf(data) };
      } finally {
        await snapshot.close();
      }
    };
  },
};

/** With every lost order: only this list tells which buyers must be informed. */
const linesOf = ({ accepted, recovered, lost, unknown }: RecoveredOrders): string[] => [
  `accepted ${accepted}, recovered ${recovered}, lost ${lost.length}${unknown > 0 ? `; without an order: ${plural(unknown, 'unanswered call')}` : ''}`,
  ...lost.map(
    ({ orderId, userId, key }) => `  lost: order ${orderId ?? 'with unknown id'} of the user ${userId}, key ${key}`,
  ),
];
