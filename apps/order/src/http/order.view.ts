import { money } from '@tradewind/kernel';
import type { OrderRow, OrderSummaryRow } from '../storage/order.queries.js';
import type { Address, OrderAnswer, OrderListed, OrderSummary } from './order.dto.js';

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

/** `address` is unsealed; null after it is erased. */
export const whole = (row: OrderRow, address: string | null): OrderAnswer => ({
  ...summary(row),
  items: row.lines.map(({ productId, name, quantity, unitPrice }) => ({ productId, name, quantity, unitPrice })),
  shippingAddress: address === null ? null : (JSON.parse(address) as Address),
  history: [...row.history],
});
