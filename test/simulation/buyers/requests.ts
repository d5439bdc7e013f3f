import { checkOut } from '../../../apps/cart/src/commands/check-out.command.js';
import { setItem } from '../../../apps/cart/src/commands/set-item.command.js';
import { checkedOutOnce } from '../../../apps/cart/src/http/checked-out-once.js';
import { CartLines, Products as CartProducts } from '../../../apps/cart/src/storage/cart.tables.js';
import { cancelOrder } from '../../../apps/order/src/handlers/cancel-order.command.js';
import { changeOrderAddress } from '../../../apps/order/src/handlers/change-address.command.js';
import { placeOrder } from '../../../apps/order/src/handlers/place-order.command.js';
import { placedOnce } from '../../../apps/order/src/http/placed-once.js';
import { Prices } from '../../../apps/order/src/storage/order.tables.js';
import { takeKey } from '../../../apps/payment/src/domain/operation-keys.js';
import { grantGoodwill, unknownPayment } from '../../../apps/payment/src/handlers/grant-goodwill.command.js';
import { hearWebhook } from '../../../apps/payment/src/handlers/hear-webhook.command.js';
import { grantedOnce } from '../../../apps/payment/src/http/granted-once.js';
import { Payments } from '../../../apps/payment/src/storage/payment.tables.js';
import {
  isRefusal,
  money,
  orderId,
  refusal,
  type OrderId,
  type ProductId,
  type Refusal,
  type UserId,
} from '@tradewind/kernel';
import { newId, type World } from '@tradewind/messaging';
import { requestHashes } from '@tradewind/service';
import type { PlannedLine } from '../schedule/schedule.js';
import type { RunningService } from '../shop/start-service.js';
import { sealedAddress } from './people.js';

/** Somebody's wish to buy, as it is sent: the same again has the same key. */
export interface Wanted {
  readonly userId: UserId;
  readonly items: readonly { readonly productId: ProductId; readonly quantity: number }[];
  readonly method: string;
  readonly key: string;
}

type Answered = { readonly orderId: OrderId } | Refusal;
export type Request<R> = (service: RunningService) => Promise<R | Refusal>;

export const itemsOf = (lines: readonly PlannedLine[], products: readonly ProductId[]): Wanted['items'] =>
  lines.map(({ product, quantity }) => ({ productId: products[product]!, quantity }));

/** As `POST /orders` does it: at the prices of the order service's own copy. */
export const placing =
  ({ userId, items, method, key }: Wanted, world: World): Request<{ orderId: OrderId }> =>
  async ({ read, commands }): Promise<Answered> => {
    const prices = new Map(
      (
        await read(
          Prices,
          'productId',
          items.map(({ productId }) => productId),
        )
      ).map((price) => [price.productId, price]),
    );
    const lines = items.flatMap(({ productId, quantity }) => {
      const known = prices.get(productId);
      return known ? [{ productId, quantity, name: known.name, unitPrice: known.price }] : [];
    });
    if (lines.length < items.length) return refusal('items-not-orderable');
    const hashes = requestHashes(key, { items, method });
    const order = {
      orderId: orderId(newId(world)),
      userId,
      lines,
      paymentMethod: method,
      shippingAddress: sealedAddress(userId, 'first'),
      accepted: hashes,
    };
    return (await commands.once(placeOrder, order, placedOnce(userId, hashes))).answer;
  };

/** As `PUT /cart/items/{productId}` does it. */
export const filling =
  (userId: UserId, { productId, quantity }: Wanted['items'][number]): Request<unknown> =>
  async ({ read, commands }) => {
    const [product] = await read(CartProducts, 'productId', [productId]);
    if (!product) return refusal('unknown-product');
    return commands.run(setItem, { userId, productId, quantity, price: product.price, add: false });
  };

/** As `POST /cart/checkout` does it. */
export const checkingOut =
  ({ userId, method, key }: Wanted): Request<{ orderId: OrderId }> =>
  async ({ read, commands }): Promise<Answered> => {
    const lines = await read(CartLines, 'userId', [userId]);
    const products =
      lines.length === 0
        ? []
        : await read(
            CartProducts,
            'productId',
            lines.map(({ productId }) => productId),
          );
    const hashes = requestHashes(key, { method });
    const offers = new Map(products.map(({ productId, name, price }) => [productId, { name, price }]));
    const wish = { userId, offers, paymentMethod: method, shippingAddress: sealedAddress(userId, 'first'), ...hashes };
    return (await commands.once(checkOut, wish, checkedOutOnce(userId, hashes))).answer;
  };

export const cancelling =
  (userId: UserId, of: OrderId): Request<unknown> =>
  ({ commands }) =>
    commands.run(cancelOrder, { orderId: of, userId });

export const changingAddress =
  (userId: UserId, of: OrderId): Request<unknown> =>
  ({ commands }) =>
    commands.run(changeOrderAddress, { orderId: of, userId, shippingAddress: sealedAddress(userId, 'second') });

/** As `POST /payments/{id}/refunds` does it, for the payment of an order. */
export const givingBack =
  (grantedBy: UserId, of: OrderId, amount: number, key: string): Request<{ id: string }> =>
  async ({ read, commands }) => {
    const [payment] = await read(Payments, 'orderId', [of]);
    if (!payment) return unknownPayment;
    const wish = { amount: money(amount, 'GBP'), reason: 'a broken cup' };
    const hashes = requestHashes(key, { id: payment.paymentId, ...wish });
    const { answer } = await commands.once(
      grantGoodwill,
      { ...wish, paymentId: payment.paymentId, grantedBy, ...hashes },
      grantedOnce(grantedBy, hashes),
    );
    return isRefusal(answer) ? answer : { id: answer.id };
  };

/** As a webhook of the provider does it. */
export const noticing =
  (of: OrderId, eventId: string): Request<unknown> =>
  ({ commands }) =>
    commands.run(hearWebhook, { eventId, type: 'taken', operation: takeKey(of) });
