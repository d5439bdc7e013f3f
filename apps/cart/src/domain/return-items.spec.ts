import { describe, expect, it } from '@jest/globals';
import { orderId, productId, userId, type ProductId } from '@tradewind/contracts/ids';
import { isRejection, type Money } from '@tradewind/kernel';
import { lineIdOf, mostLines, mostPieces, put, type Cart, type CartLine } from './cart.js';
import { checkOut, itemsReturned } from './check-out.js';
import { returnItems, type OrderedLine } from './return-items.js';

const ann = userId('01991234-5678-7000-8000-000000000001');
const order = orderId('01991234-5678-7000-8000-00000000000f');
const mug = productId('01991234-5678-7000-8000-00000000000a');
const cup = productId('01991234-5678-7000-8000-00000000000b');
const pence = (amount: number): Money => ({ amount, currency: 'GBP' });
const monday = new Date('2026-03-02T10:00:00Z');
const tuesday = new Date('2026-03-03T10:00:00Z');
const ordered = (quantity: number, product = mug): OrderedLine => ({
  productId: product,
  quantity,
  unitPrice: pence(100),
});
const inCart = (quantity: number, product = mug): CartLine => ({
  lineId: lineIdOf(ann, product),
  userId: ann,
  productId: product,
  quantity,
  unitPrice: pence(90),
  putAt: monday,
});
const open = (lines: number): Cart => ({ status: 'open', userId: ann, lines });
const returned = (lines: readonly OrderedLine[], cart: Cart | undefined, present: readonly CartLine[] = []) =>
  returnItems(
    { userId: ann, orderId: order },
    4,
    lines,
    cart,
    (product: ProductId) => present.find((line) => line.productId === product),
    tuesday,
  );

describe('the lines of a rejected order', () => {
  it('come back into an empty cart, at the prices of the order', () =>
    expect(returned([ordered(2), ordered(1, cup)], open(0))).toEqual({
      what: 'items-returned',
      userId: ann,
      orderId: order,
      orderSequence: 4,
      lines: [
        { productId: mug, quantity: 2, unitPrice: pence(100) },
        { productId: cup, quantity: 1, unitPrice: pence(100) },
      ],
      at: tuesday,
    }));
  it('are added to what the buyer put in meanwhile, which keeps its price', () =>
    expect(returned([ordered(2)], open(2), [inCart(5), inCart(3, cup)])?.lines).toEqual([
      { productId: mug, quantity: 7, unitPrice: pence(90) },
    ]));
  it('are added up to the most pieces of a line', () =>
    expect(returned([ordered(2)], open(1), [inCart(mostPieces - 1)])?.lines).toMatchObject([{ quantity: mostPieces }]));
  it('change nothing that is at its limit, and are still recorded as returned', () => {
    expect(returned([ordered(2)], open(1), [inCart(mostPieces)])).toMatchObject({ orderId: order, lines: [] });
    expect(returned([ordered(2)], open(mostLines))).toMatchObject({ orderId: order, lines: [] });
  });
  it('fill a cart up to the most lines, and add to the lines that are there', () =>
    expect(
      returned([ordered(1, cup), ordered(1), ordered(2, productId(order))], open(mostLines - 1), [inCart(1)])?.lines,
    ).toMatchObject([
      { productId: cup, quantity: 1 },
      { productId: mug, quantity: 2 },
    ]));
  it('stay out of the cart of a forgotten person', () =>
    expect(returned([ordered(2)], { status: 'forgotten', userId: ann, forgottenAt: monday })).toBeUndefined());
});

describe('a cart with returned lines', () => {
  const line: CartLine = { ...inCart(2), returnedFrom: order };
  const offers = new Map([[mug, { name: 'Mug', price: pence(90), archived: false }]]);
  it('is not checked out before the buyer accepts its total', () => {
    expect(checkOut(open(1), [line], offers, undefined)).toEqual(itemsReturned);
    expect(checkOut(open(1), [line], offers, pence(180))).toMatchObject({ total: pence(180) });
  });
  it('is checked out after the buyer has set the quantity, also to the same one', () => {
    const event = put(ann, open(1), line, { productId: mug, price: pence(90), archived: false }, 2, tuesday);
    expect(event).toMatchObject({ quantity: 2 });
    expect(isRejection(event) ? event : event?.returnedFrom).toBeUndefined();
  });
});
