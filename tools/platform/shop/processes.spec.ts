import { describe, expect, it } from '@jest/globals';
import { readScale } from './processes.js';

describe('a scale', () => {
  it('names services and their instances', () =>
    expect(readScale('order=3, product=2')).toEqual({ order: 3, product: 2 }));
  it('is refused for what is no service', () =>
    expect(() => readScale('orders=3')).toThrow('there is no service "orders"; there are user, product'));
  it('is refused for the gateway', () =>
    expect(() => readScale('gateway=2')).toThrow('the gateway is the one public address'));
  it('is refused for a service that is named twice', () =>
    expect(() => readScale('order=2,order=3')).toThrow('order is named twice'));
  it('may have none of a service while the shop runs', () => expect(readScale('order=0', 0)).toEqual({ order: 0 }));
  it.each(['order', 'order=-1', 'order=2=3', 'order=0', 'order=x', 'order=1.5', 'order=100'])(
    'is refused as %s',
    (text) => expect(() => readScale(text)).toThrow('is not of the form order=2'),
  );
});
