import { IsId, type ProductId } from '@tradewind/contracts';
import { ApiProperty, ApiPropertyOptional, PageQuery } from '@tradewind/service';
import { Type } from 'class-transformer';
import {
  Equals,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  NotEquals,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { mostPieces } from '../domain/stock-level.js';

const highestPrice = 100_000_000;
const sku = /^(?=.*[^ ])[A-Za-z0-9 ._-]+$/;
const oneLine = /^(?=.*\S)\P{Cc}+$/u;

/** The field is optional; null is invalid. */
const IfPresent = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

/** A price in pence. */
export class Price {
  @ApiProperty({ example: 1999, minimum: 0, maximum: highestPrice })
  @IsInt()
  @Min(0)
  @Max(highestPrice)
  readonly amount!: number;
  @ApiProperty({ enum: ['GBP'] })
  @Equals('GBP', { message: 'currency must be GBP' })
  readonly currency!: string;
}

export class AddProduct {
  @ApiProperty({ example: '85123A', minLength: 1, maxLength: 64, pattern: sku.source })
  @IsString()
  @Length(1, 64)
  @Matches(sku, {
    message: 'sku must have letters, digits, spaces, dots, dashes and underscores only, and not only spaces',
  })
  readonly sku!: string;
  @ApiProperty({ example: 'White hanging heart T-light holder', minLength: 1, maxLength: 200 })
  @IsString()
  @Length(1, 200)
  @Matches(oneLine, { message: 'name must be one line of text' })
  readonly name!: string;
  @ApiProperty({ type: Price })
  @IsObject()
  @ValidateNested()
  @Type(() => Price)
  readonly price!: Price;
  @ApiProperty({ description: 'Opening stock in pieces', minimum: 0, maximum: mostPieces })
  @IsInt()
  @Min(0)
  @Max(mostPieces)
  readonly stock!: number;
}

export class ChangeProduct {
  @ApiPropertyOptional({ minLength: 1, maxLength: 200 })
  @IfPresent()
  @IsString()
  @Length(1, 200)
  @Matches(oneLine, { message: 'name must be one line of text' })
  readonly name?: string;
  @ApiPropertyOptional({ type: Price })
  @IfPresent()
  @IsObject()
  @ValidateNested()
  @Type(() => Price)
  readonly price?: Price;
}

export class AdjustStock {
  @ApiProperty({
    description: 'Pieces added (positive) or removed (negative)',
    example: -3,
    minimum: -mostPieces,
    maximum: mostPieces,
  })
  @IsInt()
  @Min(-mostPieces)
  @Max(mostPieces)
  @NotEquals(0)
  readonly delta!: number;
  @ApiProperty({ example: 'broken in the store', minLength: 1, maxLength: 200 })
  @IsString()
  @Length(1, 200)
  @Matches(oneLine, { message: 'reason must be one line of text' })
  readonly reason!: string;
}

export class ProductList extends PageQuery {
  @ApiPropertyOptional({ description: 'A code, or prefixes of words in code or name', maxLength: 200 })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  readonly query?: string;
}

export class ProductPath {
  @ApiProperty({ format: 'uuid' })
  @IsId()
  readonly id!: ProductId;
}

export class ProductAnswer {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ example: '85123A' }) readonly sku!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty({ type: Price }) readonly price!: Price;
  @ApiProperty({ description: 'Pieces that can be ordered now' }) readonly available!: number;
}

export class ProductPage {
  @ApiProperty({ type: [ProductAnswer] }) readonly items!: ProductAnswer[];
  @ApiProperty({ type: String, nullable: true }) readonly nextCursor!: string | null;
}
