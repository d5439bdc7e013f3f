import { describe, expect, it } from '@jest/globals';
import { isNetwork } from './networks.js';
import { TrustedProxies } from './trusted-proxies.js';

const proxies = new TrustedProxies(['10.0.0.0/8', '2001:db8:ff::/48', '192.0.2.7']);

describe('the client of a request', () => {
  it.each([
    ['a client that sends the header itself', '203.0.113.5', '1.1.1.1', '203.0.113.5'],
    ['a client behind a proxy', '10.1.2.3', '203.0.113.5', '203.0.113.5'],
    ['a client behind a proxy that adds to what the client sent', '10.1.2.3', '1.1.1.1, 203.0.113.5', '203.0.113.5'],
    ['a client behind two proxies', '10.1.2.3', '203.0.113.5, 192.0.2.7', '203.0.113.5'],
    ['a proxy as an IPv4-mapped address', '::ffff:10.1.2.3', '203.0.113.5', '203.0.113.5'],
    ['a proxy with an IPv6 address', '2001:db8:ff:1::2', '2001:DB8::1', '2001:db8:0:0:0:0:0:1'],
    ['an address with its port', '10.1.2.3', '203.0.113.5:4711', '203.0.113.5'],
    ['an IPv6 address with its port', '10.1.2.3', '[2001:db8::1]:443', '2001:db8:0:0:0:0:0:1'],
    ['a mapped address in the header', '10.1.2.3', '::ffff:203.0.113.5', '203.0.113.5'],
    ['a proxy that says nothing', '10.1.2.3', undefined, '10.1.2.3'],
    ['only proxies', '10.1.2.3', '10.9.9.9, 10.8.8.8', '10.9.9.9'],
    ['what is no address, behind a proxy', '10.1.2.3', '203.0.113.5, unknown, 10.8.8.8', '10.8.8.8'],
    ['a connection that is closed already', undefined, '203.0.113.5', 'unknown'],
  ])('is found for %s', (_, peer, header, client) => expect(proxies.clientOf(peer, header)).toBe(client));
  it('is the peer without trusted proxies', () =>
    expect(new TrustedProxies([]).clientOf('10.1.2.3', '203.0.113.5')).toBe('10.1.2.3'));
});

describe('an entry of the setting', () => {
  it.each(['10.0.0.0/8', '::1', '2001:db8::/32', '192.0.2.7'])('may be %s', (entry) =>
    expect(isNetwork(entry)).toBe(true),
  );
  it.each(['10.0.0.0/33', 'proxy', '10.0.0.0/8/8', '/8', '10.0.0/8', '::1/129'])('may not be %s', (entry) =>
    expect(isNetwork(entry)).toBe(false),
  );
});
