import { describe, expect, it } from '@jest/globals';
import { limitKey, plainAddress } from './client-address.js';

describe('an IPv4 address that comes as IPv6', () => {
  it('is the IPv4 address', () => expect(plainAddress('::ffff:10.0.0.1')).toBe('10.0.0.1'));
});

describe('IPv6 addresses of one network', () => {
  it('are limited together', () => expect(limitKey('2001:db8:1:2:aaaa::1')).toBe(limitKey('2001:0db8:1:2::ffff')));
  it('are not limited with another network', () =>
    expect(limitKey('2001:db8:1:2::1')).not.toBe(limitKey('2001:db8:1:3::1')));
  it('are read when they are shortened', () => expect(limitKey('::1')).toBe('0:0:0:0'));
});

describe('an IPv4 address', () => {
  it('is limited by itself', () => expect(limitKey('10.0.0.1')).toBe('10.0.0.1'));
});
