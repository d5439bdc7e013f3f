import { IsId, IsMoney, type ProductId } from '@tradewind/contracts';
import type { Money } from '@tradewind/kernel';
import { ApiProperty, ApiPropertyOptional, oneLine } from '@tradewind/service';
import { Type } from 'class-transformer';
import { IsInt, IsObject, IsString, Length, Matches, Max, Min, ValidateIf, ValidateNested } from 'class-validator';
import type { Availability } from '../domain/cart-view.js';
import { mostPieces } from '../domain/cart.js';

/** The field is optional; null is invalid. */
const IfPresent = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

/** One line of text with at least one visible character. */
const IsLine =
  (max: number, min = 1): PropertyDecorator =>
  (target, property) => {
    const rules = [IsString(), Length(min, max), Matches(oneLine, { message: '$property must be one line of text' })];
    for (const rule of rules) rule(target, property);
  };

/** `{ amount, currency }` in pence. */
export class MoneyBody {
  @ApiProperty({ example: 1999 }) readonly amount!: number;
  @ApiProperty({ enum: ['GBP'] }) readonly currency!: string;
}

export class ItemPath {
  @ApiProperty({ format: 'uuid' })
  @IsId()
  readonly productId!: ProductId;
}

export class SetQuantity {
  @ApiProperty({ description: 'New quantity in pieces; 0 removes the item', minimum: 0, maximum: mostPieces })
  @IsInt()
  @Min(0)
  @Max(mostPieces)
  readonly quantity!: number;
}

export class AddItem {
  @ApiProperty({ format: 'uuid' })
  @IsId()
  readonly productId!: ProductId;
  @ApiProperty({ description: 'Pieces to add', minimum: 1, maximum: mostPieces })
  @IsInt()
  @Min(1)
  @Max(mostPieces)
  readonly quantity!: number;
}

export class Address {
  @ApiProperty({ example: 'Ann Lee' }) @IsLine(200) readonly name!: string;
  @ApiProperty({ example: '1 Harbour Street' }) @IsLine(200) readonly line1!: string;
  @ApiPropertyOptional({ example: 'Flat 2' }) @IfPresent() @IsLine(200) readonly line2?: string;
  @ApiProperty({ example: 'Bristol' }) @IsLine(100) readonly city!: string;
  @ApiProperty({ example: 'BS1 1AA' }) @IsLine(20) readonly postcode!: string;
  @ApiProperty({ description: 'A name or a two-letter code', example: 'GB', minLength: 2, maxLength: 60 })
  @IsLine(60, 2)
  readonly country!: string;
}

export class CheckOutBody {
  @ApiProperty({ example: 'sim_ok' })
  @IsString()
  @Matches(/^[a-z_]{1,40}$/, { message: 'paymentMethod must be 1 to 40 lower-case letters and underscores' })
  readonly paymentMethod!: string;
  @ApiProperty({ type: Address })
  @IsObject()
  @ValidateNested()
  @Type(() => Address)
  readonly shippingAddress!: Address;
  @ApiPropertyOptional({
    type: MoneyBody,
    description:
      'The total that the buyer accepts. Without it, no price may have changed since its line was added, and no line may have come back from a rejected order.',
  })
  @IfPresent()
  @IsMoney()
  readonly expectedTotal?: Money;
}

export class PriceChange {
  @ApiProperty({ type: MoneyBody, description: 'The price when the item was added' }) readonly from!: MoneyBody;
}

export class ItemAnswer {
  @ApiProperty({ format: 'uuid' }) readonly productId!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty() readonly quantity!: number;
  @ApiProperty({ type: MoneyBody, description: 'The current price' }) readonly unitPrice!: MoneyBody;
  @ApiPropertyOptional({ type: PriceChange }) readonly priceChanged?: PriceChange;
  @ApiPropertyOptional({ format: 'uuid', description: 'A rejected order: pieces of it are in the cart again' })
  readonly returnedFrom?: string;
  @ApiPropertyOptional({
    enum: [true],
    description: 'Not for sale any more: not in the total. Remove it to check out. Absent for other lines.',
  })
  readonly archived?: true;
  @ApiPropertyOptional({
    enum: ['in-stock', 'low', 'out-of-stock'],
    description:
      "Whether the wanted pieces are in stock, by the cart's own copy: `low` means that some are left, and perhaps fewer than wanted. The copy may be late and nothing is reserved: the order decides. Absent for an archived product.",
  })
  readonly availability?: Availability;
}

export class CartAnswer {
  @ApiProperty({ type: [ItemAnswer] }) readonly items!: ItemAnswer[];
  @ApiProperty({ type: MoneyBody }) readonly total!: MoneyBody;
}

export class CheckedOutAnswer {
  @ApiProperty({ format: 'uuid' }) readonly orderId!: string;
}
