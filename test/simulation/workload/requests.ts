import { checkOut } from '../../../apps/cart/src/commands/check-out.command.js';
import { setItem } from '../../../apps/cart/src/commands/set-item.command.js';
import { checkOutClaim } from '../../../apps/cart/src/http/check-out.idempotency.js';
import { CartLines, Products as CartProducts } from '../../../apps/cart/src/storage/cart.tables.js';
import { cancelOrder } from '../../../apps/order/src/commands/cancel-order.command.js';
import { changeOrderAddress } from '../../../apps/order/src/commands/change-address.command.js';
import { placeOrder } from '../../../apps/order/src/commands/place-order.command.js';
import { placeOrderClaim } from '../../../apps/order/src/http/place-order.idempotency.js';
import { Prices } from '../../../apps/order/src/storage/order.tables.js';
import { takeKey } from '../../../apps/payment/src/domain/operation-keys.js';
import { grantGoodwill, unknownPayment } from '../../../apps/payment/src/commands/grant-goodwill.command.js';
import { recordWebhook } from '../../../apps/payment/src/commands/record-webhook.command.js';
import { grantGoodwillClaim } from '../../../apps/payment/src/http/grant-goodwill.idempotency.js';
import { Payments } from '../../../apps/payment/src/storage/payment.tables.js';
import { orderId, type OrderId, type ProductId, type UserId } from '@tradewind/contracts';
import { newId, isRejection, money, rejection, type Rejection } from '@tradewind/kernel';
import type { RuntimePorts } from '@tradewind/messaging/internals';
import { requestHashes, type ActingStaff } from '@tradewind/service';
import type { PlannedLine } from '../scenario/scenario.js';
import type { RunningService } from '../shop/start-service.js';
import { sealedText } from '../../services/sealed-text.js';

/** A purchase as it is sent. A retry has the same idempotency key. */
export interface PurchaseRequest {
  readonly userId: UserId;
  readonly items: readonly { readonly productId: ProductId; readonly quantity: number }[];
  readonly paymentMethod: string;
  readonly key: string;
}

type PlacedOrder = { readonly orderId: OrderId } | Rejection;
export type Request<R> = (service: RunningService) => Promise<R | Rejection>;

export const itemsOf = (lines: readonly PlannedLine[], products: readonly ProductId[]): PurchaseRequest['items'] =>
  lines.map(({ product, quantity }) => ({ productId: products[product]!, quantity }));

/** Like `POST /orders`: at the prices of the order service's own copy. */
export const placeOrderRequest =
  ({ userId, items, paymentMethod, key }: PurchaseRequest, ports: RuntimePorts): Request<{ orderId: OrderId }> =>
  async ({ read, commands }): Promise<PlacedOrder> => {
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
    if (lines.length < items.length) return rejection('items-not-orderable');
    const hashes = requestHashes(key, { items, paymentMethod });
    const order = {
      orderId: orderId(newId(ports)),
      userId,
      lines,
      paymentMethod,
      shippingAddress: sealedText(userId, 'first'),
      request: hashes,
      archived: items.some(({ productId }) => prices.get(productId)!.archived),
    };
    return (await commands.once(placeOrder, order, placeOrderClaim(userId, hashes))).answer;
  };

/** Like `PUT /cart/items/{productId}`. */
export const setItemRequest =
  (userId: UserId, { productId, quantity }: PurchaseRequest['items'][number]): Request<unknown> =>
  async ({ read, commands }) => {
    const [product] = await read(CartProducts, 'productId', [productId]);
    if (!product) return rejection('unknown-product');
    return commands.run(setItem, {
      userId,
      productId,
      quantity,
      price: product.price,
      archived: product.archived,
      add: false,
    });
  };

/** Like `POST /cart/checkout`. */
export const checkOutRequest =
  ({ userId, paymentMethod, key }: PurchaseRequest, ports: RuntimePorts): Request<{ orderId: OrderId }> =>
  async ({ read, commands }): Promise<PlacedOrder> => {
    const lines = await read(CartLines, 'userId', [userId]);
    const products =
      lines.length === 0
        ? []
        : await read(
            CartProducts,
            'productId',
            lines.map(({ productId }) => productId),
          );
    const hashes = requestHashes(key, { paymentMethod });
    const offers = new Map(products.map(({ productId, ...offer }) => [productId, offer]));
    const input = {
      orderId: orderId(newId(ports)),
      userId,
      offers,
      paymentMethod,
      shippingAddress: sealedText(userId, 'first'),
      ...hashes,
    };
    return (await commands.once(checkOut, input, checkOutClaim(userId, hashes))).answer;
  };

export const cancelRequest =
  (userId: UserId, order: OrderId): Request<unknown> =>
  ({ commands }) =>
    commands.run(cancelOrder, { orderId: order, userId });

export const changeAddressRequest =
  (userId: UserId, order: OrderId): Request<unknown> =>
  ({ commands }) =>
    commands.run(changeOrderAddress, { orderId: order, userId, shippingAddress: sealedText(userId, 'second') });

const noLimits = { limits: undefined, lifetimeMs: 1_000 };

/** From an address of documentation. */
export const actingAs = (actor: UserId): ActingStaff => ({ actor, address: '192.0.2.1' });

/** Like `POST /payments/{id}/refunds`, for the payment of an order. */
export const goodwillRequest =
  (grantedBy: UserId, order: OrderId, amount: number, key: string): Request<{ id: string }> =>
  async ({ read, commands }) => {
    const [payment] = await read(Payments, 'orderId', [order]);
    if (!payment) return unknownPayment;
    const input = { amount: money(amount, 'GBP'), reason: 'damaged' as const };
    const hashes = requestHashes(key, input);
    const { answer } = await commands.once(
      grantGoodwill,
      { ...input, paymentId: payment.paymentId, acting: actingAs(grantedBy), approval: noLimits, ...hashes },
      grantGoodwillClaim(payment.paymentId, hashes),
    );
    return isRejection(answer) ? answer : { id: answer.id };
  };

/** Like a webhook of the provider. */
export const webhookRequest =
  (order: OrderId, eventId: string): Request<unknown> =>
  ({ commands }) =>
    commands.run(recordWebhook, { eventId, type: 'taken', operation: takeKey(order) });
