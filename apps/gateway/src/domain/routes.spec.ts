import { describe, expect, it } from '@jest/globals';
import { isGuessable, serviceFor } from './routes.js';

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
  it.each([
    '/',
    '',
    'users',
    '//users',
    '/Users',
    '/usersx',
    '/%75sers',
    '/metrics',
    '/healthz',
    '/constructor',
    '/__proto__',
    'http://elsewhere/users',
  ])('%j goes nowhere', (target) => expect(serviceFor(target)).toBeUndefined());
});

describe('a call by which passwords or addresses could be guessed', () => {
  it.each([
    '/auth/login',
    '/auth/LOGIN',
    '/auth/login/',
    '/auth/%6cogin',
    '/auth/login?x',
    '/users',
    '/users/',
    '/users?x=1',
  ])('POST %s is limited strictly', (target) => expect(isGuessable('POST', target)).toBe(true));
  it.each([
    ['POST', '/auth/refresh'],
    ['POST', '/auth/logout'],
    ['GET', '/users/me'],
    ['POST', '/orders'],
  ])('%s %s is none', (method, target) => expect(isGuessable(method, target)).toBe(false));
});
