import { describe, expect, it } from '@jest/globals';
import { productId } from '@tradewind/contracts/ids';
import { changed, isArchived, newProduct, realChange } from './product.js';

const price = { amount: 250, currency: 'GBP' };
const monday = new Date('2026-03-02T10:00:00Z');
const tuesday = new Date('2026-03-03T10:00:00Z');
const aProduct = (sku: string, name = 'Mug') =>
  newProduct({ productId: productId('01991234-5678-7000-8000-00000000000a'), sku, name, price, addedAt: monday });
const mug = aProduct('AB 1');

describe('a product', () => {
  it.each([' AB  1', 'ab1', 'A B 1 '])('has the key of AB 1 with the SKU "%s"', (sku) =>
    expect(aProduct(sku).skuKey).toBe(mug.skuKey),
  );
  it('is found by its SKU with blanks and without', () => expect(mug.searchWords).toBe('ab 1 ab1 mug'));
  it('is ordered by its name without case, accents and punctuation', () =>
    expect(aProduct('1', ' «Élan» mug ').nameKey).toBe('elan mug'));
  it('has a name key that an index can store', () => {
    const { nameKey } = aProduct('1', '𠮷'.repeat(150) + 'ﷺ'.repeat(50));
    expect(Buffer.byteLength(nameKey)).toBeLessThan(2_000);
    expect(nameKey).not.toMatch(/\p{Surrogate}/u);
  });
});

describe('a change of a product', () => {
  it('is what differs', () =>
    expect(realChange(mug, { sku: 'AB  1 ', name: 'Mug', price, archived: false })).toEqual({}));
  it('can be the case of its own SKU', () => {
    expect(realChange(mug, { sku: 'ab 1' })).toEqual({ sku: 'ab 1' });
    expect(changed(mug, { sku: 'ab 1' }, tuesday)).toEqual({ ...mug, sku: 'ab 1' });
  });
  it('changes what the product is found and ordered by', () =>
    expect(changed(mug, { sku: 'C2', name: 'Cup' }, tuesday)).toMatchObject({
      skuKey: 'c2',
      nameKey: 'cup',
      searchWords: 'c2 cup',
    }));
});

describe('an archived product', () => {
  const archived = changed(mug, { archived: true }, tuesday);
  it('knows since when', () => expect(archived).toEqual({ ...mug, archivedAt: tuesday }));
  it('is not archived again', () => expect(realChange(archived, { archived: true })).toEqual({}));
  it('stays archived when its name changes', () =>
    expect(isArchived(changed(archived, { name: 'Cup' }, tuesday))).toBe(true));
  it('can be restored', () => expect(isArchived(changed(archived, { archived: false }, tuesday))).toBe(false));
});
