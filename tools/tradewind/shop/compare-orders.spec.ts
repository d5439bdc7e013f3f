import { describe, expect, it } from '@jest/globals';
import type { ClientCheckout } from '../../audit/invariants/client-history.js';
import { acceptingService, compareOrders } from './compare-orders.js';

const checkout = (key: string, more: Partial<ClientCheckout> = {}): ClientCheckout => ({
  key,
  userId: 'ann',
  hashes: [`hash of ${key}`],
  by: 'order',
  result: 'accepted',
  orderId: `order of ${key}`,
  ...more,
});
const stored = (key: string, userId = 'ann') =>
  ({ orderId: `order of ${key}`, userId, keyHash: `hash of ${key}`, by: 'order', total: 1n }) as const;

describe('the clients’ orders compared with a recovered database', () => {
  it('name each accepted order that is lost', () =>
    expect(compareOrders('order', [checkout('a'), checkout('b'), checkout('c')], [stored('a'), stored('c')])).toEqual({
      accepted: 3,
      recovered: 2,
      lost: [{ orderId: 'order of b', userId: 'ann', key: 'b' }],
      unknown: 0,
    }));
  it('differ if the key belongs to another user', () =>
    expect(compareOrders('order', [checkout('a')], [stored('a', 'bob')]).lost).toHaveLength(1));
  it('count unanswered calls without an order separately', () =>
    expect(
      compareOrders(
        'order',
        [checkout('a', { result: 'unknown' }), checkout('b', { result: 'unknown' })],
        [stored('a')],
      ),
    ).toEqual({ accepted: 0, recovered: 0, lost: [], unknown: 1 }));
  it('exclude refused calls, and those of another service', () =>
    expect(compareOrders('order', [checkout('a', { result: 'refused' }), checkout('b', { by: 'cart' })], [])).toEqual({
      accepted: 0,
      recovered: 0,
      lost: [],
      unknown: 0,
    }));
  it('exist only for services that accept orders', () => {
    expect(['cart', 'order'].map(acceptingService)).toEqual(['cart', 'order']);
    expect(() => acceptingService('product')).toThrow('only cart and order accept');
  });
});
