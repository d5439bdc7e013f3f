import { isRefusal, orderId as asOrderId, type Money, type ProductId, type UserId } from '@tradewind/kernel';
import { CartCheckedOut } from '@tradewind/contracts';
import { answer, command, insert, keys, matching, say, type Given } from '@tradewind/messaging';
import { checkOut as settle, type Offer } from '../domain/check-out.js';
import { CartLines, Carts, Checkouts } from '../storage/cart.tables.js';
import { keepEmptied } from './cart-words.js';

export interface CheckOut {
  readonly userId: UserId;
  /** What the cart's products are and cost now. They are looked up before: a lock on them would make all buyers of one product wait for one another. */
  readonly offers: ReadonlyMap<ProductId, Offer>;
  readonly expectedTotal?: Money | undefined;
  readonly paymentMethod: string;
  /** Sealed. */
  readonly shippingAddress: string;
  readonly keyHash: string;
  readonly bodyHash: string;
}

const load = {
  carts: keys(Carts, ({ userId }: CheckOut) => [userId]),
  lines: matching(CartLines, 'userId', ({ userId }: CheckOut) => [userId]),
};

/** The cart becomes an order and is empty, in one transaction. */
export const checkOut = command('cart.check-out', load, (wish: CheckOut, given: Given<typeof load>) => {
  const { userId, paymentMethod, shippingAddress, keyHash, bodyHash } = wish;
  const settled = settle(given.carts.get(userId), given.lines.all(), wish.offers, wish.expectedTotal);
  if (isRefusal(settled)) return settled;
  const orderId = asOrderId(given.id());
  const lines = settled.lines.map(({ price, ...line }) => ({ ...line, unitPrice: price }));
  const checkedOutAt = given.now.toISOString();
  return keepEmptied({ what: 'emptied', userId, orderId, at: given.now }, given)
    .and(
      insert(Checkouts, {
        orderId,
        userId,
        status: 'checked-out',
        total: settled.total,
        keyHash,
        bodyHash,
        checkedOutAt: given.now,
        sequence: 0,
      }),
    )
    .and(
      say(CartCheckedOut, {
        orderId,
        userId,
        lines,
        total: settled.total,
        paymentMethod,
        shippingAddress,
        keyHash,
        bodyHash,
        checkedOutAt,
      }),
    )
    .and(answer({ orderId }));
});
