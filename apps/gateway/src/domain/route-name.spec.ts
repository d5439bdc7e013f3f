import { describe, expect, it } from '@jest/globals';
import { routeName } from './route-name.js';

describe('the name of a route', () => {
  it.each([
    ['/cart/checkout?x=ann@example.com', '/cart/checkout'],
    ['/orders/0190d3a1-0000-7000-8000-000000000001/cancel', '/orders/{id}/cancel'],
    ['/products/', '/products/'],
    ['/users/Ann%40example.com', '/users/{id}'],
    [`/orders/${'a'.repeat(1_000)}`, '/orders/{id}'],
    ['/cart/a/b/c/d/e/f/g', '/cart/a/b/c/d'],
  ])('of %s is %s', (target, name) => expect(routeName(target)).toBe(name));
});
