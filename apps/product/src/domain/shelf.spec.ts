import { describe, expect, it } from '@jest/globals';
import { productId } from '@tradewind/kernel';
import { adjust, carry, mostPieces, notEnoughAvailable, openShelf, tooMuchStock } from './shelf.js';

const mug = productId('01991234-5678-7000-8000-00000000000a');
const aShelf = carry(openShelf(mug, 10), 4, 'available', 'reserved');

describe('counting pieces in and out', () => {
  it('changes what is available, and is remembered', () =>
    expect(adjust(aShelf, -6)).toEqual({ ...aShelf, available: 0, adjusted: -6 }));
  it('leaves alone what is promised to orders', () => expect(adjust(aShelf, -7)).toEqual(notEnoughAvailable));
  it('has an end', () => expect(adjust(aShelf, mostPieces)).toEqual(tooMuchStock));
});
