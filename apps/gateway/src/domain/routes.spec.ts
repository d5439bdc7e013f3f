import { describe, expect, it } from '@jest/globals';
import { serviceFor } from './routes.js';

describe('a request for a path that is served', () => {
  it.each([
    ['/users', 'user'],
    ['/users/me', 'user'],
    ['/auth/login', 'user'],
    ['/products?query=tea&limit=5', 'product'],
    ['/cart/items/1', 'cart'],
    ['/orders/1/events', 'order'],
    ['/payments/webhooks/sim', 'payment'],
  ])('%s goes to its owner', (target, service) => expect(serviceFor(target)).toBe(service));
});

describe('a request for any other path', () => {
  it.each(['/', '', 'users', '//users', '/Users', '/usersx', '/%75sers', '/metrics', '/healthz', '/constructor', '/__proto__', 'http://elsewhere/users'])(
    '%j goes nowhere',
    (target) => expect(serviceFor(target)).toBeUndefined(),
  );
});
