import { describe, expect, it } from '@jest/globals';
import { parseScale } from './processes.js';

describe('a scale', () => {
  it('names services and their instances', () =>
    expect(parseScale('order=3, product=2')).toEqual({ order: 3, product: 2 }));
  it('is rejected for an unknown service', () =>
    expect(() => parseScale('orders=3')).toThrow('there is no service "orders"; there are user, product'));
  it('is rejected for the gateway', () =>
    expect(() => parseScale('gateway=2')).toThrow('the gateway is the one public address'));
  it('is rejected for a service that is named twice', () =>
    expect(() => parseScale('order=2,order=3')).toThrow('order is named twice'));
  it('can be 0 while the shop runs', () => expect(parseScale('order=0', 0)).toEqual({ order: 0 }));
  it.each(['order', 'order=-1', 'order=2=3', 'order=0', 'order=x', 'order=1.5', 'order=100'])(
    'is rejected as %s',
    (text) => expect(() => parseScale(text)).toThrow('is not of the form order=2'),
  );
});
