import { describe, expect, it } from '@jest/globals';
import { orderId } from '@tradewind/contracts/ids';
import { goodwillKey, orderOfTake, refundKey, takeKey } from './operation-keys.js';

const order = orderId('01991234-5678-7000-8000-000000000001');

describe('the key of a take', () => {
  it('contains its order', () => expect(orderOfTake(takeKey(order))).toBe(order));
});

describe('another key', () => {
  it.each([
    refundKey(order),
    goodwillKey(order, order),
    `${order}:take:2`,
    `${order}:take:1:1`,
    'x:take:1',
    ':take:1',
    '',
  ])('%s is not the key of a take', (key) => expect(orderOfTake(key)).toBeUndefined());
});
