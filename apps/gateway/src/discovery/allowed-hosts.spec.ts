import { describe, expect, it } from '@jest/globals';
import { AllowedHosts, isHostEntry } from './allowed-hosts.js';

describe('the hosts of instances', () => {
  const hosts = new AllowedHosts(['10.0.0.0/8', '127.0.0.1', '::1', 'fd00::/8', 'order', '*.shop.svc']);
  it.each([
    'http://10.255.0.1:3000',
    'http://127.0.0.1',
    'http://[::1]:8080',
    'http://[fd00::7]',
    'https://Order:3000',
    'http://cart-0.shop.svc',
  ])('are allowed: %s', (origin) => expect(hosts.allows(origin)).toBe(true));
  it.each([
    'http://11.0.0.1',
    'http://127.0.0.2',
    'http://[::2]',
    'http://orders',
    'http://shop.svc',
    'http://evilshop.svc',
    'http://order.example',
    'http://2130706434',
  ])('are not allowed: %s', (origin) => expect(hosts.allows(origin)).toBe(false));
  it('are all, without a list', () => expect(new AllowedHosts([]).allows('http://anywhere')).toBe(true));

  it.each(['order', '*.shop.svc', '10.0.0.0/8', '::1', 'fd00::/128'])('can be listed: %s', (entry) =>
    expect(isHostEntry(entry)).toBe(true),
  );
  it.each(['', '*', 'http://order', 'order:3000', '10.0.0.0/33', '10.0.0.0/', '/8', 'order/8', 'a b'])(
    'cannot be listed: %p',
    (entry) => expect(isHostEntry(entry)).toBe(false),
  );
});
