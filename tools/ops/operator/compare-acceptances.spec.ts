import { describe, expect, it } from '@jest/globals';
import type { ClientCheckout } from '../audit/accepted-by-history.js';
import { accepting, compared } from './compare-acceptances.js';

const asked = (key: string, more: Partial<ClientCheckout> = {}): ClientCheckout => ({
  key,
  userId: 'ann',
  hashes: [`hash of ${key}`],
  by: 'order',
  seen: 'ok',
  orderId: `order of ${key}`,
  ...more,
});
const known = (key: string, userId = 'ann') =>
  ({ orderId: `order of ${key}`, userId, keyHash: `hash of ${key}`, by: 'order', total: 1 }) as const;

describe('what clients were told, beside a database that came back', () => {
  it('names each order that was accepted and is not there', () =>
    expect(compared('order', [asked('a'), asked('b'), asked('c')], [known('a'), known('c')])).toEqual({
      accepted: 3,
      back: 2,
      lost: [{ orderId: 'order of b', userId: 'ann', key: 'b' }],
      unsure: 0,
    }));
  it('takes the same key of another user for another request', () =>
    expect(compared('order', [asked('a')], [known('a', 'bob')]).lost).toHaveLength(1));
  it('counts calls without an answer apart, where nothing came of them', () =>
    expect(compared('order', [asked('a', { seen: 'open' }), asked('b', { seen: 'open' })], [known('a')])).toEqual({
      accepted: 0,
      back: 0,
      lost: [],
      unsure: 1,
    }));
  it('leaves out what was refused, and what another service accepted', () =>
    expect(compared('order', [asked('a', { seen: 'none' }), asked('b', { by: 'cart' })], [])).toEqual({
      accepted: 0,
      back: 0,
      lost: [],
      unsure: 0,
    }));
  it('is asked of those that accept orders alone', () => {
    expect(['cart', 'order'].map(accepting)).toEqual(['cart', 'order']);
    expect(() => accepting('product')).toThrow('which cart and order accept');
  });
});
