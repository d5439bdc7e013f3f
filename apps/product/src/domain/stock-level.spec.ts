import { describe, expect, it } from '@jest/globals';
import { productId } from '@tradewind/contracts/ids';
import { adjust, movePieces, mostPieces, notEnoughAvailable, newStockLevel, tooMuchStock } from './stock-level.js';

const mug = productId('01991234-5678-7000-8000-00000000000a');
const aLevel = movePieces(newStockLevel(mug, 10), 4, 'available', 'reserved');

describe('an adjustment', () => {
  it('changes the available stock and is recorded', () =>
    expect(adjust(aLevel, -6)).toEqual({ ...aLevel, available: 0, adjusted: -6, changes: 3 }));
  it('cannot remove reserved stock', () => expect(adjust(aLevel, -7)).toEqual(notEnoughAvailable));
  it('has a maximum', () => expect(adjust(aLevel, mostPieces)).toEqual(tooMuchStock));
  it('can always remove pieces from a level that is above the maximum', () => {
    const full = { ...aLevel, available: mostPieces + 2 };
    expect(adjust(full, -1)).toMatchObject({ available: mostPieces + 1 });
  });
});
