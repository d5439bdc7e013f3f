import type { ProductId, UserId } from '@tradewind/contracts';
import { isRejection } from '@tradewind/kernel';
import { answer, command, rows, type HandlerContext } from '@tradewind/messaging';
import { lineIdOf, put, takeOut, type Item } from '../domain/cart.js';
import { CartLines, Carts } from '../storage/cart.tables.js';
import { recordItemSet } from './cart.changes.js';

interface ItemReference {
  readonly userId: UserId;
  readonly productId: ProductId;
}

interface SetItem extends ItemReference, Item {
  /** The new quantity, or, with `add`, the quantity to add. */
  readonly quantity: number;
  readonly add: boolean;
}

const load = {
  carts: rows(Carts, ({ userId }: ItemReference) => [userId]),
  lines: rows(CartLines, ({ userId, productId }: ItemReference) => [lineIdOf(userId, productId)]),
};

const lineOf = ({ userId, productId }: ItemReference, { lines }: HandlerContext<typeof load>) =>
  lines.get(lineIdOf(userId, productId));

/** Sets the quantity of an item, or adds to it. */
export const setItem = command('cart.set-item', load, (input: SetItem, context: HandlerContext<typeof load>) => {
  const line = lineOf(input, context);
  const quantity = input.quantity + (input.add ? (line?.quantity ?? 0) : 0);
  const event = put(input.userId, context.carts.get(input.userId), line, input, quantity, context.now);
  return isRejection(event) ? event : recordItemSet(event, context).and(answer('done'));
});

export const removeItem = command(
  'cart.remove-item',
  load,
  (input: ItemReference, context: HandlerContext<typeof load>) =>
    recordItemSet(takeOut(lineOf(input, context), context.now), context).and(answer('done')),
);
