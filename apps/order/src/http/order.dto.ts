import { IsId, IsMoney, maxLines, maxQuantity, type OrderId, type ProductId } from '@tradewind/contracts';
import type { Money } from '@tradewind/kernel';
import { ApiProperty, ApiPropertyOptional, oneLine } from '@tradewind/service';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsObject,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';

const OneLine = (): PropertyDecorator => Matches(oneLine, { message: 'must be one line of text' });

export class Address {
  @ApiProperty({ example: 'Ann Lee' })
  @IsString()
  @Length(1, 200)
  @OneLine()
  readonly name!: string;
  @ApiProperty({ example: '1 Harbour Street' })
  @IsString()
  @Length(1, 200)
  @OneLine()
  readonly line1!: string;
  @ApiProperty({ example: 'Flat 2' })
  @ValidateIf((_, value) => value !== undefined)
  @IsString()
  @Length(1, 200)
  @OneLine()
  readonly line2?: string;
  @ApiProperty({ example: 'Bristol' })
  @IsString()
  @Length(1, 100)
  @OneLine()
  readonly city!: string;
  @ApiProperty({ example: 'BS1 1AA' })
  @IsString()
  @Length(1, 20)
  @OneLine()
  readonly postcode!: string;
  /** A name or a code. */
  @ApiProperty({ example: 'GB' })
  @IsString()
  @Length(2, 60)
  @OneLine()
  readonly country!: string;
}

export class Item {
  @IsId() readonly productId!: ProductId;
  @IsInt() @Min(1) @Max(maxQuantity) readonly quantity!: number;
}

export class PlaceOrder {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(maxLines)
  @ValidateNested({ each: true })
  @Type(() => Item)
  readonly items!: Item[];
  @ApiProperty({ example: 'sim_ok' })
  @IsString()
  @MaxLength(40)
  @Matches(/^[a-z_]+$/, { message: 'must be lower-case letters and underscores' })
  readonly paymentMethod!: string;
  @IsObject() @ValidateNested() @Type(() => Address) readonly shippingAddress!: Address;
  @ApiPropertyOptional({
    type: () => MoneyAnswer,
    description: 'The total that the buyer accepts. Without it, the order is placed at current prices.',
  })
  @ValidateIf((_, value) => value !== undefined)
  @IsMoney()
  readonly expectedTotal?: Money;
}

export class ChangeOrder {
  @IsObject() @ValidateNested() @Type(() => Address) readonly shippingAddress!: Address;
}

export class OrderPath {
  @IsId() readonly id!: OrderId;
}

export class AcceptedOrder {
  @ApiProperty({ format: 'uuid' }) readonly orderId!: string;
}

export const statuses = ['pending', 'confirmed', 'rejected', 'cancelling', 'cancelled'];

export class MoneyAnswer {
  @ApiProperty({ example: 1999 }) readonly amount!: number;
  @ApiProperty({ example: 'GBP' }) readonly currency!: string;
}

export class LineAnswer {
  @ApiProperty({ format: 'uuid' }) readonly productId!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty() readonly quantity!: number;
  @ApiProperty() readonly unitPrice!: MoneyAnswer;
}

export class ShortLineAnswer {
  @ApiProperty({ format: 'uuid' }) readonly productId!: string;
  @ApiPropertyOptional() readonly name?: string;
  @ApiProperty({ description: 'The quantity of the order' }) readonly wanted!: number;
  @ApiProperty({ description: 'Pieces that were available' }) readonly available!: number;
}

export class OrderEventAnswer {
  @ApiProperty({ example: 'confirmed' }) readonly what!: string;
  @ApiProperty({ format: 'date-time' }) readonly at!: string;
  @ApiPropertyOptional({ type: [ShortLineAnswer], description: 'Of `rejected`: the lines that were out of stock' })
  readonly shortages?: readonly ShortLineAnswer[];
  @ApiPropertyOptional({ enum: ['staff'], description: 'Of `cancellation-requested`: not requested by the buyer' })
  readonly by?: string;
}

export class OrderSummary {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ enum: statuses }) readonly status!: string;
  @ApiPropertyOptional({ description: 'Why it was rejected', enum: ['out-of-stock', 'payment-declined', 'timed-out'] })
  readonly reason?: string;
  @ApiProperty() readonly total!: MoneyAnswer;
  @ApiProperty({ description: 'Refunded out of goodwill; the order stays confirmed' }) readonly goodwill!: MoneyAnswer;
  @ApiProperty() readonly paymentMethod!: string;
  @ApiProperty({ format: 'date-time' }) readonly placedAt!: string;
  @ApiPropertyOptional({ format: 'date-time' }) readonly confirmedAt?: string;
}

export class OrderListed extends OrderSummary {
  @ApiProperty({ description: 'Number of different products' }) readonly articles!: number;
}

export class OrderAnswer extends OrderSummary {
  @ApiProperty({ type: [LineAnswer] }) readonly items!: LineAnswer[];
  @ApiPropertyOptional({ type: [ShortLineAnswer], description: 'The lines that were out of stock' })
  readonly shortages?: readonly ShortLineAnswer[];
  @ApiProperty({ type: Address, nullable: true, description: 'Null after it is erased' })
  readonly shippingAddress!: Address | null;
  @ApiProperty({ type: [OrderEventAnswer] }) readonly history!: OrderEventAnswer[];
}

export class OrderPage {
  @ApiProperty({ type: [OrderListed] }) readonly items!: OrderListed[];
  @ApiProperty({ type: String, nullable: true }) readonly nextCursor!: string | null;
}
