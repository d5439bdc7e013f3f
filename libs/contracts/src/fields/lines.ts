import type { Money, ProductId } from '@tradewind/kernel';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { IsId } from './is-id.js';
import { IsMoney } from './is-money.js';

export const maxQuantity = 100_000;
export const maxLines = 1_000;

/** How much of which product. Quantity in pieces, 1 to 100,000. */
export class StockLine {
  @IsId() readonly productId!: ProductId;
  @IsInt() @Min(1) @Max(maxQuantity) readonly quantity!: number;
}

/** A line as it was sold: the name and the price of that moment. */
export class OrderLine extends StockLine {
  @IsString() @MaxLength(200) readonly name!: string;
  @IsMoney() readonly unitPrice!: Money;
}
