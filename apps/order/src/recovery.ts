import type { Recovery } from '@tradewind/messaging';
import { rebuildOrders } from './rebuild.js';
import { Orders } from './storage/order.tables.js';

/** Orders from what was said of them; the copy of prices comes again from the topics of others. */
export const recovery: Recovery = {
  rows: (told) => [[Orders, rebuildOrders([...told].map(({ message }) => message)).values()]],
};
