import { describe, expect, it } from '@jest/globals';
import { ipAddress, limitedNetwork } from './network-address.js';

describe('an IP address', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::FFFF:0a00:0001', '10.0.0.1'],
    ['0:0:0:0:0:ffff:10.0.0.1', '10.0.0.1'],
    ['2001:DB8::1', '2001:db8:0:0:0:0:0:1'],
    ['::', '0:0:0:0:0:0:0:0'],
    ['::1', '0:0:0:0:0:0:0:1'],
    ['fe80::1%eth0', 'fe80:0:0:0:0:0:0:1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ])('%s has the spelling %s', (text, plain) => expect(ipAddress(text)).toBe(plain));
  it.each([
    '',
    'unknown',
    '10.0.0',
    '10.0.0.256',
    '010.0.0.1',
    '1.2.3.4.5',
    '1:2',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    'g::',
    ':::',
    '1:2:3:4:5:6:7:8::',
  ])('is not %s', (text) => expect(ipAddress(text)).toBeUndefined());
});

describe('what limits count', () => {
  it('is an IPv4 address, in both forms', () =>
    expect([limitedNetwork('10.0.0.1'), limitedNetwork('::ffff:a00:1')]).toEqual(['10.0.0.1', '10.0.0.1']));
  it('is the network of an IPv6 address', () => {
    expect(limitedNetwork('2001:db8:1:2:aaaa::1')).toBe(limitedNetwork('2001:0db8:1:2::ffff'));
    expect(limitedNetwork('2001:db8:1:2::1')).not.toBe(limitedNetwork('2001:db8:1:3::1'));
  });
});
