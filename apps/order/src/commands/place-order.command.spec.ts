import { describe, expect, it } from '@jest/globals';
import { isRejection, money } from '@tradewind/kernel';
import type { DecisionContext } from '@tradewind/messaging';
import { anId, aPurchase, noon } from '../../test/an-order.fixture.spec.js';
import { placeOrder, type NewOrder } from './place-order.command.js';

const context: DecisionContext = { now: noon, newId: () => anId(90), cause: anId(91), sequence: 0n };
const { total, ...purchase } = aPurchase();
const place = (rest: Partial<NewOrder>) =>
  placeOrder.decide({ ...purchase, archived: false, request: { keyHash: 'k', bodyHash: 'b' }, ...rest }, context);

describe('an order placed at current prices', () => {
  it.each([
    ['without an expected total', undefined],
    ['with their total', total],
  ])('is accepted %s', (_, expectedTotal) => expect(isRejection(place({ expectedTotal }))).toBe(false));
  it.each([total.amount - 1, total.amount + 1])('is rejected with another total: %d', (amount) =>
    expect(place({ expectedTotal: money(amount, 'GBP') })).toEqual({ rejected: 'price-changed' }),
  );
});
