import type { ProductId } from '@tradewind/contracts/ids';
import { money, rejection, type Money, type Rejection } from '@tradewind/kernel';

/** A line as it was sold, with the name and price at that time. */
export interface OrderLine {
  readonly productId: ProductId;
  readonly name: string;
  readonly quantity: number;
  readonly unitPrice: Money;
}

/** The sum of all lines. Rejected if it is not an exact number of pence. */
export function totalOf(lines: readonly OrderLine[]): Money | Rejection {
  const amount = lines.reduce((sum, { unitPrice, quantity }) => sum + unitPrice.amount * quantity, 0);
  return Number.isSafeInteger(amount) ? money(amount, 'GBP') : rejection('total-too-large');
}
