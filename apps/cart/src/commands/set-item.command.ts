import { isRefusal, type ProductId, type UserId } from '@tradewind/kernel';
import { answer, command, keys, type Given } from '@tradewind/messaging';
import { lineIdOf, put, takeOut, type Item } from '../domain/cart.js';
import { CartLines, Carts } from '../storage/cart.tables.js';
import { keepItem } from './cart-words.js';

interface OneItem {
  readonly userId: UserId;
  readonly productId: ProductId;
}

interface SetItem extends OneItem, Item {
  /** The quantity wanted, or, with `add`, how many more. */
  readonly quantity: number;
  readonly add: boolean;
}

const load = {
  carts: keys(Carts, ({ userId }: OneItem) => [userId]),
  lines: keys(CartLines, ({ userId, productId }: OneItem) => [lineIdOf(userId, productId)]),
};

const lineOf = ({ userId, productId }: OneItem, { lines }: Given<typeof load>) =>
  lines.get(lineIdOf(userId, productId));

/** Puts a product in, sets its quantity, or adds to it. */
export const setItem = command('cart.set-item', load, (input: SetItem, given: Given<typeof load>) => {
  const line = lineOf(input, given);
  const quantity = input.quantity + (input.add ? (line?.quantity ?? 0) : 0);
  const event = put(input.userId, given.carts.get(input.userId), line, input, quantity, given.now);
  return isRefusal(event) ? event : keepItem(event, given).and(answer('done'));
});

export const removeItem = command('cart.remove-item', load, (input: OneItem, given: Given<typeof load>) =>
  keepItem(takeOut(lineOf(input, given), given.now), given).and(answer('done')),
);
