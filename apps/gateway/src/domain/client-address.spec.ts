import { describe, expect, it } from '@jest/globals';
import { limitKey, plainAddress } from './client-address.js';

describe('an IPv4-mapped IPv6 address', () => {
  it('becomes the IPv4 address', () => expect(plainAddress('::ffff:10.0.0.1')).toBe('10.0.0.1'));
});

describe('IPv6 addresses of one network', () => {
  it('share a limit', () => expect(limitKey('2001:db8:1:2:aaaa::1')).toBe(limitKey('2001:0db8:1:2::ffff')));
  it('do not share it with another network', () =>
    expect(limitKey('2001:db8:1:2::1')).not.toBe(limitKey('2001:db8:1:3::1')));
  it('are recognised in the short form', () => expect(limitKey('::1')).toBe('0:0:0:0'));
});

describe('an IPv4 address', () => {
  it('has its own limit', () => expect(limitKey('10.0.0.1')).toBe('10.0.0.1'));
});
