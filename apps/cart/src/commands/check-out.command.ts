import { isRejection, type Money } from '@tradewind/kernel';
import { CartCheckedOut, type OrderId, type ProductId, type UserId } from '@tradewind/contracts';
import { answer, command, insert, rows, rowsWhere, publish, type HandlerContext } from '@tradewind/messaging';
import { checkOut as decideCheckOut, type Offer } from '../domain/check-out.js';
import { CartLines, Carts, Checkouts } from '../storage/cart.tables.js';
import { recordEmptied } from './cart.changes.js';

export interface CheckOut {
  /** Of the order that it makes; a repeated request gets the id of the first. */
  readonly orderId: OrderId;
  readonly userId: UserId;
  /** Current names and prices of the cart's products. Read before the command: a lock on them would serialize all buyers of a product. */
  readonly offers: ReadonlyMap<ProductId, Offer>;
  readonly expectedTotal?: Money | undefined;
  readonly paymentMethod: string;
  /** Sealed. */
  readonly shippingAddress: string;
  readonly keyHash: string;
  readonly bodyHash: string;
}

const load = {
  carts: rows(Carts, ({ userId }: CheckOut) => [userId]),
  lines: rowsWhere(CartLines, 'userId', ({ userId }: CheckOut) => [userId]),
};

/** Creates the checkout and empties the cart, in one transaction. */
export const checkOut = command('cart.check-out', load, (request: CheckOut, context: HandlerContext<typeof load>) => {
  const { orderId, userId, paymentMethod, shippingAddress, keyHash, bodyHash } = request;
  const sale = decideCheckOut(context.carts.get(userId), context.lines.all(), request.offers, request.expectedTotal);
  if (isRejection(sale)) return sale;
  const lines = sale.lines.map(({ price, ...line }) => ({ ...line, unitPrice: price }));
  const checkedOutAt = context.now.toISOString();
  return recordEmptied({ what: 'emptied', userId, orderId, at: context.now }, context)
    .and(
      insert(Checkouts, {
        orderId,
        userId,
        status: 'checked-out',
        total: sale.total,
        keyHash,
        bodyHash,
        checkedOutAt: context.now,
        sequence: 0,
      }),
    )
    .and(
      publish(CartCheckedOut, {
        orderId,
        userId,
        lines,
        total: sale.total,
        paymentMethod,
        shippingAddress,
        keyHash,
        bodyHash,
        checkedOutAt,
      }),
    )
    .and(answer({ orderId }));
});
