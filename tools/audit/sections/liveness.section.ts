import { checkLiveness } from '../invariants/liveness.js';
import { sagasOf } from '../facts/shop-facts.js';
import { filtered } from '../invariants/sorted-lists.js';
import { isOpen } from '../invariants/saga-history.js';
import { section } from './audit-section.js';

export const liveness = section({
  id: 'G3',
  needs: [],
  gather: () => Promise.resolve(undefined),
  check: (_, { messaging, orders, waiting, behind }) =>
    checkLiveness({
      orders,
      waiting,
      behind,
      running: filtered(sagasOf(messaging), ({ status }) => isOpen(status)),
      effects: messaging.flatMap(({ effects }) => effects),
      unpublished: messaging.flatMap(({ unpublished }) => unpublished),
    }),
});
