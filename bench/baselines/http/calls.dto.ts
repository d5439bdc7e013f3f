import { Type } from 'class-transformer';
import { ArrayMinSize, IsInt, IsString, IsUUID, Min, ValidateNested } from 'class-validator';
import { ItemDto } from '../nest-shop/place-order.dto.js';

export class ReserveDto {
  @IsUUID('loose') orderId!: string;
  @ArrayMinSize(1) @ValidateNested({ each: true }) @Type(() => ItemDto) lines!: ItemDto[];
}

export class CaptureDto {
  @IsUUID('loose') orderId!: string;
  @IsInt() @Min(0) amount!: number;
  @IsString() method!: string;
}
