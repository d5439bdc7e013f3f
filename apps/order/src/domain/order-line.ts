import { money, refusal, type Money, type ProductId, type Refusal } from '@tradewind/kernel';

/** A line as it was sold: the name and the price of that moment. */
export interface OrderLine {
  readonly productId: ProductId;
  readonly name: string;
  readonly quantity: number;
  readonly unitPrice: Money;
}

/** What the lines cost together. Refused where that is no exact number of pence any more. */
export function totalOf(lines: readonly OrderLine[]): Money | Refusal {
  const amount = lines.reduce((sum, { unitPrice, quantity }) => sum + unitPrice.amount * quantity, 0);
  return Number.isSafeInteger(amount) ? money(amount, 'GBP') : refusal('total-too-large');
}
