import {
  PaymentRefunded,
  PaymentTaken,
  StockRefused,
  StockReleased,
  StockReserved,
  StockSold,
  StockTakenBack,
} from '@tradewind/contracts';
import type { ProductId } from '@tradewind/contracts/ids';
import { sameMoney, type Money } from '@tradewind/kernel';
import type { Order } from '../domain/order.js';

interface Line {
  readonly productId: ProductId;
  readonly quantity: number;
}

/** What a reply of the product service says about stock that was not ordered. */
export function stockMismatches({ lines }: Order, reply: object): readonly string[] {
  if (reply instanceof StockReserved) return sameLines(reply.lines, lines) ? [] : ['it reserved other lines'];
  if (reply instanceof StockSold) return sameLines(reply.lines, lines) ? [] : ['it sold other lines'];
  if (reply instanceof StockTakenBack) return sameLines(reply.lines, lines) ? [] : ['it took back other lines'];
  // Nothing may have been reserved.
  if (reply instanceof StockReleased)
    return reply.lines.length === 0 || sameLines(reply.lines, lines) ? [] : ['it released other lines'];
  if (reply instanceof StockRefused) {
    const unknown = (reply.shortages ?? []).filter(
      (each) => !lines.some(({ productId }) => productId === each.productId),
    );
    return unknown.map(({ productId }) => `it lacks ${productId}, which was not ordered`);
  }
  return [];
}

/** What a reply of the payment service says about money that was not asked for. */
export function paymentMismatches({ total }: Order, reply: object): readonly string[] {
  if (reply instanceof PaymentTaken)
    return sameMoney(reply.amount, total)
      ? []
      : [`it took ${textOf(reply.amount)}, and the order costs ${textOf(total)}`];
  // Nothing may have been taken, and goodwill was refunded before.
  if (reply instanceof PaymentRefunded)
    return reply.amount.currency === total.currency && reply.amount.amount <= total.amount
      ? []
      : [`it refunded ${textOf(reply.amount)}, and the order costs ${textOf(total)}`];
  return [];
}

const textOf = ({ amount, currency }: Money): string => `${amount} ${currency}`;

/** Whether both have the same pieces of each product. */
function sameLines(some: readonly Line[], others: readonly Line[]): boolean {
  const pieces = new Map<ProductId, number>();
  for (const { productId, quantity } of some) pieces.set(productId, (pieces.get(productId) ?? 0) + quantity);
  for (const { productId, quantity } of others) pieces.set(productId, (pieces.get(productId) ?? 0) - quantity);
  return [...pieces.values()].every((difference) => difference === 0);
}
