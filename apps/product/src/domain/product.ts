import type { ProductId } from '@tradewind/contracts/ids';
import { rejection, sameMoney, type Money } from '@tradewind/kernel';
import { wordsOf } from './search-words.js';
import { shownSku, skuKeyOf } from './sku.js';

/** A product as an admin describes it. */
export interface ProductDetails {
  readonly productId: ProductId;
  /** The shop's code of the product, as it is shown. */
  readonly sku: string;
  readonly name: string;
  readonly price: Money;
  readonly addedAt: Date;
  /** Not for sale since then: in no list, and in no new order. Undefined: for sale. */
  readonly archivedAt?: Date | undefined;
}

/** A product of the catalogue, with what it is found and ordered by. */
export interface Product extends ProductDetails {
  /** Unique, also among archived products. */
  readonly skuKey: string;
  /** The name as a list is ordered by it: without case, accents and punctuation; at most 200 characters. */
  readonly nameKey: string;
  /** The words of SKU and name as a search compares them, separated by blanks. */
  readonly searchWords: string;
}

export interface ProductChange {
  readonly sku?: string | undefined;
  readonly name?: string | undefined;
  readonly price?: Money | undefined;
  readonly archived?: boolean | undefined;
}

export const skuTaken = rejection('sku-taken');
export const unknownProduct = rejection('unknown-product');

/** An index of PostgreSQL takes values of up to 2,700 bytes. */
const longestNameKey = 200;

export function newProduct({ sku: typed, ...details }: ProductDetails): Product {
  const sku = shownSku(typed);
  const skuKey = skuKeyOf(sku);
  return {
    ...details,
    sku,
    skuKey,
    nameKey: [...wordsOf(details.name).join(' ')].slice(0, longestNameKey).join(''),
    searchWords: [...new Set(wordsOf(`${sku} ${skuKey} ${details.name}`))].join(' '),
  };
}

/** The fields of a change whose values differ. */
export function realChange(product: Product, { sku: typed, name, price, archived }: ProductChange): ProductChange {
  const sku = typed === undefined ? undefined : shownSku(typed);
  return {
    ...(sku !== undefined && sku !== product.sku && { sku }),
    ...(name !== undefined && name !== product.name && { name }),
    ...(price !== undefined && !sameMoney(price, product.price) && { price }),
    ...(archived !== undefined && archived !== isArchived(product) && { archived }),
  };
}

export const changed = (product: Product, { sku, name, price, archived }: ProductChange, at: Date): Product =>
  newProduct({
    ...product,
    ...(sku !== undefined && { sku }),
    ...(name !== undefined && { name }),
    ...(price !== undefined && { price }),
    ...(archived !== undefined && { archivedAt: archived ? at : undefined }),
  });

export const isArchived = ({ archivedAt }: ProductDetails): boolean => archivedAt !== undefined;
