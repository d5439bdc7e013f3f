import type { Money } from '@tradewind/kernel';
import { IsCount } from './is-count.js';
import { IsId } from './is-id.js';
import { IsMoney } from './is-money.js';
import { IsText } from './is-text.js';
import type { ProductId } from '../ids.js';

export const maxQuantity = 100_000;
export const maxLines = 1_000;

/** A product and its quantity in pieces, 1 to 100,000. */
export class StockLine {
  @IsId() readonly productId!: ProductId;
  @IsCount(1, maxQuantity) readonly quantity!: number;
}

/** A line as it was sold, with the name and price at that time. */
export class OrderLine extends StockLine {
  @IsText(200) readonly name!: string;
  @IsMoney() readonly unitPrice!: Money;
}
