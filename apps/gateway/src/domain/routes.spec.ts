import { describe, expect, it } from '@jest/globals';
import { admitsAnonymous, isRegistration, serviceFor } from './routes.js';

describe('a request for a routed path', () => {
  it.each([
    ['/users', 'user'],
    ['/users/me', 'user'],
    ['/auth/login', 'user'],
    ['/products?query=tea&limit=5', 'product'],
    ['/cart/items/1', 'cart'],
    ['/orders/1/events', 'order'],
    ['/staff/orders?status=pending', 'order'],
    ['/staff/orders', 'order'],
    ['/staff/orders/1/cancel', 'order'],
    ['/staff/accounts', 'user'],
    ['/staff/accounts/1', 'user'],
    ['/webhooks', 'order'],
    ['/payments/webhooks/sim', 'payment'],
  ])('%s goes to its service', (target, service) => expect(serviceFor(target)).toBe(service));
});

describe('a request for any other path', () => {
  it.each([
    '/',
    '',
    'users',
    '//users',
    '/Users',
    '/staff',
    '/staff/',
    '/staff?/orders',
    '/staff/ordersx',
    '/staff//orders',
    '/staff/constructor',
    '/xstaff/orders',
    '/usersx',
    '/%75sers',
    '/metrics',
    '/healthz',
    '/constructor',
    '/__proto__',
    'http://elsewhere/users',
  ])('%j is not routed', (target) => expect(serviceFor(target)).toBeUndefined());
});

describe('a request that everybody may make', () => {
  it.each([
    ['GET', '/products'],
    ['HEAD', '/products/1?x'],
    ['GET', '/products/'],
    ['GET', '/products/archived1'],
    ['POST', '/users'],
  ])('%s %s', (method, target) => expect(admitsAnonymous(method, target)).toBe(true));
  it.each([
    ['POST', '/products'],
    ['GET', '/productsx'],
    ['GET', '/products/archived?limit=1'],
    ['GET', '/products/1/stock-changes'],
    ['GET', '/users'],
    ['POST', '/users/me'],
    ['GET', '/orders?/products'],
  ])('is not %s %s', (method, target) => expect(admitsAnonymous(method, target)).toBe(false));
});

describe('a request with which registered addresses or tokens could be guessed', () => {
  it.each([
    '/users',
    '/users/',
    '/users?x=1',
    '/users/me/password',
    '/auth/password-reset',
    '/auth/Password-Reset/',
    '/auth/%70assword-reset',
    '/auth//password-reset/confirm',
    '/auth/login/../password-reset',
  ])('POST %s has the strict limit', (target) => expect(isRegistration('POST', target)).toBe(true));
  it('so has a change of the profile, which may send e-mails', () =>
    expect(isRegistration('PATCH', '/users/me')).toBe(true));
  it.each([
    ['POST', '/auth/login'],
    ['POST', '/auth/refresh?x=1'],
    ['POST', '/auth/logout'],
    ['GET', '/users/me'],
    ['POST', '/orders'],
  ])('%s %s does not have it', (method, target) => expect(isRegistration(method, target)).toBe(false));
});
