import { describe, expect, it } from '@jest/globals';
import { isIdempotent, mayRetry } from './retry.js';

const retried = (method: string, target: string, key?: string): boolean =>
  mayRetry({ sent: true }, isIdempotent(method, target, key), 1);

describe('a call that failed after it was sent', () => {
  it.each(['GET', 'HEAD', 'PUT', 'DELETE'])('is retried if it is a %s', (method) =>
    expect(retried(method, '/users/me')).toBe(true),
  );
  it.each([
    '/orders',
    '/orders?x=1',
    '/cart/checkout',
    '/payments/1/refunds',
    '/products/01900000-0000-7000-8000-000000000001/stock-adjustments',
  ])('is retried if it is a POST %s with an Idempotency-Key', (target) => {
    expect(retried('POST', target, 'k')).toBe(true);
    expect(retried('POST', target)).toBe(false);
  });
  it.each([
    '/auth/login',
    '/users',
    '/cart/items',
    '/products',
    '/orders/1/cancel',
    '/webhooks',
    '/orders/',
    '/ORDERS',
  ])('is not retried if it is a POST %s, whose service keeps no keys', (target) =>
    expect(retried('POST', target, 'k')).toBe(false),
  );
  it('is not retried if it is a PATCH', () => expect(retried('PATCH', '/orders', 'k')).toBe(false));
});

describe('a call of which nothing was sent', () => {
  it('is retried with any method', () => expect(mayRetry({ sent: false }, false, 1)).toBe(true));
});

describe('a call after two attempts', () => {
  it('is not retried', () => expect(mayRetry({ sent: false }, true, 2)).toBe(false));
});
