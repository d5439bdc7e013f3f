import { describe, expect, it } from '@jest/globals';
import { productId, userId } from '@tradewind/contracts/ids';
import type { Money } from '@tradewind/kernel';
import { cartAfter, lineAfter } from './apply-cart-event.js';
import {
  cartFull,
  forget,
  forgotten,
  lineIdOf,
  mostLines,
  mostPieces,
  productArchived,
  put,
  takeOut,
  tooManyPieces,
  type Cart,
  type CartLine,
} from './cart.js';

const ann = userId('01991234-5678-7000-8000-000000000001');
const mug = productId('01991234-5678-7000-8000-00000000000a');
const pence = (amount: number): Money => ({ amount, currency: 'GBP' });
const monday = new Date('2026-03-02T10:00:00Z');
const tuesday = new Date('2026-03-03T10:00:00Z');
const aCart = (lines: number): Cart => ({ status: 'open', userId: ann, lines });
const aForgottenCart: Cart = { status: 'forgotten', userId: ann, forgottenAt: monday };
const aLine: CartLine = {
  lineId: lineIdOf(ann, mug),
  userId: ann,
  productId: mug,
  quantity: 2,
  unitPrice: pence(100),
  putAt: monday,
};
const aMug = { productId: mug, price: pence(120), archived: false };

describe('adding a product', () => {
  const event = put(ann, undefined, undefined, aMug, 3, tuesday);
  it('records the current price', () =>
    expect(event).toEqual({
      what: 'item-set',
      userId: ann,
      productId: mug,
      quantity: 3,
      unitPrice: pence(120),
      at: tuesday,
    }));
  it('is rejected for a full cart', () =>
    expect(put(ann, aCart(mostLines), undefined, aMug, 1, tuesday)).toEqual(cartFull));
  it('is rejected above the maximum of a line', () =>
    expect(put(ann, undefined, undefined, aMug, mostPieces + 1, tuesday)).toEqual(tooManyPieces));
  it.each([undefined, aLine])('is rejected if it is archived, with a line and without: %j', (line) =>
    expect(put(ann, aCart(1), line, { ...aMug, archived: true }, 1, tuesday)).toEqual(productArchived),
  );
  it('is rejected for a forgotten user', () =>
    expect(put(ann, aForgottenCart, undefined, aMug, 1, tuesday)).toEqual(forgotten));
});

describe('a product in the cart whose price has changed', () => {
  const event = put(ann, aCart(mostLines), aLine, aMug, 5, tuesday);
  it('keeps its price from when it was added, so that the change stays visible', () =>
    expect(event).toMatchObject({ quantity: 5, unitPrice: pence(100) }));
  it('keeps its position', () => expect(lineAfter(aLine, event as never)?.putAt).toBe(monday));
  it('is not set again to the same quantity', () =>
    expect(put(ann, aCart(1), aLine, aMug, 2, tuesday)).toBeUndefined());
});

describe('removing a product', () => {
  const event = takeOut(aLine, tuesday)!;
  it('leaves no line', () => expect(lineAfter(aLine, event)).toBeUndefined());
  it('reduces the number of lines', () => expect(cartAfter(aCart(3), event, aLine)).toEqual(aCart(2)));
  it('does nothing if it is not in the cart', () => expect(takeOut(undefined, tuesday)).toBeUndefined());
});

describe('a forgotten user', () => {
  const event = forget(ann, aCart(3), monday)!;
  it('has no cart', () => expect(cartAfter(aCart(3), event)).toEqual(aForgottenCart));
  it('is forgotten once', () => expect(forget(ann, aForgottenCart, tuesday)).toBeUndefined());
});
