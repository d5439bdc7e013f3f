import { describe, expect, it } from '@jest/globals';
import { productId } from '@tradewind/contracts/ids';
import { money } from '@tradewind/kernel';
import { anId } from '../../test/an-order.fixture.spec.js';
import { newer } from './price.js';

const copy = { productId: productId(anId(10)), name: 'lamp', price: money(100, 'GBP'), archived: false, sequence: 3 };

describe('the copy of a price', () => {
  it('takes the change of a later event', () =>
    expect(newer(copy, 4, { price: money(120, 'GBP') })).toEqual({ ...copy, price: money(120, 'GBP'), sequence: 4 }));
  it.each([3, 2])('is not overwritten by event %d', (sequence) =>
    expect(newer(copy, sequence, { name: 'old lamp' })).toBeUndefined(),
  );
  it('cannot start with a change', () =>
    expect(() => newer(undefined, 2, { name: 'lamp' })).toThrow('before it was added'));
});
