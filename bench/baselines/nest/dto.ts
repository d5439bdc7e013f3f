import { Type } from 'class-transformer';
import { ArrayMinSize, IsInt, IsNotEmpty, IsObject, IsString, IsUUID, Min, ValidateNested } from 'class-validator';

export class OrderIdDto {
  @IsUUID('loose') orderId!: string;
}

export class ItemDto {
  @IsUUID('loose') productId!: string;
  @IsInt() @Min(1) quantity!: number;
}

export class ReserveDto extends OrderIdDto {
  @ArrayMinSize(1) @ValidateNested({ each: true }) @Type(() => ItemDto) lines!: ItemDto[];
}

class AddressDto {
  @IsString() @IsNotEmpty() name!: string;
  @IsString() @IsNotEmpty() line1!: string;
  @IsString() @IsNotEmpty() city!: string;
  @IsString() @IsNotEmpty() postcode!: string;
  @IsString() @IsNotEmpty() country!: string;
}

export class PlaceOrderDto {
  @ArrayMinSize(1) @ValidateNested({ each: true }) @Type(() => ItemDto) items!: ItemDto[];
  @IsString() @IsNotEmpty() paymentMethod!: string;
  @IsObject() @ValidateNested() @Type(() => AddressDto) shippingAddress!: AddressDto;
}
