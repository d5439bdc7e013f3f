import { money } from '@tradewind/kernel';
import type { OrderEvent, ShortLine } from '../domain/order-event.js';
import type { OrderRow, OrderSummaryRow } from '../storage/order.queries.js';
import type { Address, OrderAnswer, OrderEventAnswer, OrderListed, OrderSummary } from './order.dto.js';

const summary = (row: Omit<OrderSummaryRow, 'articles'>): OrderSummary => ({
  id: row.orderId,
  status: row.status,
  ...(row.reason === null ? {} : { reason: row.reason }),
  total: money(Number(row.total), row.currency),
  goodwill: money(Number(row.goodwill), row.currency),
  paymentMethod: row.paymentMethod,
  placedAt: row.placedAt.toISOString(),
  ...(row.confirmedAt === null ? {} : { confirmedAt: row.confirmedAt.toISOString() }),
});

export const listed = (row: OrderSummaryRow): OrderListed => ({ ...summary(row), articles: row.articles });

/** An event as its buyer sees it: that staff acted, but neither who nor why. */
export function eventForBuyer(event: OrderEvent): OrderEventAnswer {
  if (event.what !== 'cancellation-requested') return event;
  const { by, ...rest } = event;
  return { ...rest, ...(by && { by: 'staff' }) };
}

const shortagesOf = (history: readonly OrderEvent[]): readonly ShortLine[] | undefined =>
  history.flatMap((event) => (event.what === 'rejected' && event.shortages ? [event.shortages] : []))[0];

/** The order without its address and history. */
export function withItems(row: OrderRow): Omit<OrderAnswer, 'shippingAddress' | 'history'> {
  const shortages = shortagesOf(row.history);
  return {
    ...summary(row),
    items: row.lines.map(({ productId, name, quantity, unitPrice }) => ({ productId, name, quantity, unitPrice })),
    ...(shortages && { shortages }),
  };
}

/** `address` is unsealed; null after it is erased. */
export const whole = (row: OrderRow, address: string | null): OrderAnswer => ({
  ...withItems(row),
  shippingAddress: address === null ? null : (JSON.parse(address) as Address),
  history: row.history.map(eventForBuyer),
});
