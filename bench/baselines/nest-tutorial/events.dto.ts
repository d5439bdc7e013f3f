import { Type } from 'class-transformer';
import { ArrayMinSize, IsInt, IsString, IsUUID, Min, ValidateNested } from 'class-validator';
import { ItemDto } from '../nest-shop/place-order.dto.js';

export class OrderCreatedDto {
  @IsUUID('loose') orderId!: string;
  @ArrayMinSize(1) @ValidateNested({ each: true }) @Type(() => ItemDto) lines!: ItemDto[];
  @IsInt() @Min(0) total!: number;
  @IsString() paymentMethod!: string;
}

export class StockReservedDto {
  @IsUUID('loose') orderId!: string;
  @IsInt() @Min(0) total!: number;
  @IsString() paymentMethod!: string;
}

/** Rejected, captured, declined: the order is all that there is to say. */
export class OfOrderDto {
  @IsUUID('loose') orderId!: string;
}
