import { table } from '@tradewind/messaging';
import type { Cart, CartLine } from '../domain/cart.js';
import type { Checkout } from '../domain/check-out.js';
import type { ProductCopy } from '../domain/product-copy.js';

export const Carts = table<Cart>('carts', 'userId', {
  userId: 'uuid',
  status: 'text',
  lines: 'int4',
  forgottenAt: 'timestamptz',
});

/** One row per line: the cost of a change does not depend on the size of the cart. */
export const CartLines = table<CartLine>('cart_lines', 'lineId', {
  lineId: 'text',
  userId: 'uuid',
  productId: 'uuid',
  quantity: 'int4',
  unitPrice: 'money',
  putAt: 'timestamptz',
  returnedFrom: 'uuid',
});

export const Checkouts = table<Checkout>(
  'checkouts',
  'orderId',
  {
    orderId: 'uuid',
    userId: 'uuid',
    status: 'text',
    total: 'money',
    keyHash: 'text',
    bodyHash: 'text',
    checkedOutAt: 'timestamptz',
    sequence: 'int8',
  },
  { sequence: 'sequence' },
);

export const Products = table<ProductCopy>(
  'products',
  'productId',
  {
    productId: 'uuid',
    name: 'text',
    price: 'money',
    archived: 'bool',
    atLeast: 'int4',
    sequence: 'int8',
  },
  { sequence: 'sequence' },
);

/** Every transaction locks tables in this order: the cart first, so that the changes of one cart are serialized. */
export const lockOrder = [Carts, CartLines, Checkouts, Products];
