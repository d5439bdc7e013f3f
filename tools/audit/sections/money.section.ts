import { gatherPayments } from '../facts/payment-facts.js';
import { checkMoney } from '../invariants/money.js';
import { section } from './audit-section.js';

export const money = section({
  id: 'G1',
  needs: ['payment'],
  gather: ({ payment }) => gatherPayments(payment),
  check: (facts, { orders, waiting, provider }) => checkMoney({ ...facts, orders, waiting, provider }),
});
