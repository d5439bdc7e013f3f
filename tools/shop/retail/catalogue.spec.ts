import { describe, expect, it } from '@jest/globals';
import { someLines } from './invoice-line.builder.js';
import { catalogueOf } from './catalogue.js';
import { groupInvoices } from './invoices.js';

const articleOf = (...rows: Parameters<typeof someLines>) =>
  catalogueOf(groupInvoices(someLines(...rows)).rows).get('85123A');

describe('an article with several prices and names', () => {
  it('has its most frequent ones', () =>
    expect(
      articleOf(
        { UnitPrice: '1', Description: 'B' },
        { UnitPrice: '3', Description: 'A' },
        { StockCode: '85123a', UnitPrice: '3', Description: 'A' },
      ),
    ).toEqual({
      sku: '85123A',
      name: 'A',
      price: 300,
    }));

  it('has the lower of two equally frequent prices', () =>
    expect(articleOf({ UnitPrice: '10' }, { UnitPrice: '9.5' })).toMatchObject({ price: 950 }));

  it('is named by its sales, not by a note on a write-off', () =>
    expect(
      articleOf(
        {},
        { Description: 'damaged', UnitPrice: '0' },
        { Description: 'damaged', Quantity: '-3', UnitPrice: '0' },
      ),
    ).toMatchObject({ name: 'WHITE HANGING HEART' }));

  it('is named by its code when no sale names it', () =>
    expect(articleOf({ Description: '' })).toMatchObject({ name: '85123A' }));
});

describe('an article that was never sold', () => {
  it('is not in the catalogue', () => expect(articleOf({ UnitPrice: '0' })).toBeUndefined());
});
