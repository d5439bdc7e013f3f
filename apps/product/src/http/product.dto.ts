import { IsId, type ProductId } from '@tradewind/contracts';
import { ApiProperty, ApiPropertyOptional, oneLine, PageQuery } from '@tradewind/service';
import { Type } from 'class-transformer';
import {
  Equals,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { mostPieces } from '../domain/stock-level.js';
import { productSorts, type ProductSort } from '../storage/product-sort.js';

const sorts = Object.keys(productSorts);
/** In pence. The total of a cart with every line and piece that it may have stays an exact number in JSON. */
export const highestPrice = 90_000_000;
const sku = /^ *[A-Za-z0-9._-][A-Za-z0-9 ._-]*$/;

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

const skuDescription = 'Unique: SKUs that differ only in blanks and case are one. Shown as typed, with single blanks.';

/** A SKU as it is typed. */
const IsSku = (): PropertyDecorator => (target, property) => {
  const message = 'sku must have letters, digits, spaces, dots, dashes and underscores only, and not only spaces';
  for (const rule of [IsString(), Length(1, 64), Matches(sku, { message })]) rule(target, property);
};

export class AddProduct {
  @ApiProperty({ example: '85123A', description: skuDescription, minLength: 1, maxLength: 64, pattern: sku.source })
  @IsSku()
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
  @ApiPropertyOptional({
    example: '85123A',
    description: skuDescription,
    minLength: 1,
    maxLength: 64,
    pattern: sku.source,
  })
  @IfPresent()
  @IsSku()
  readonly sku?: string;
  @ApiPropertyOptional({ example: 'Red hanging heart T-light holder', minLength: 1, maxLength: 200 })
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
  @ApiPropertyOptional({
    description:
      'true: not for sale any more, in no list and in no new order; orders that were accepted before are fulfilled. false: for sale again.',
  })
  @IfPresent()
  @IsBoolean()
  readonly archived?: boolean;
}

export class ProductOrder extends PageQuery {
  @ApiPropertyOptional({
    description: 'The order of the list. `-` is descending. Names are compared without case and accents.',
    enum: sorts,
    default: 'sku',
  })
  @IsIn(sorts, { message: `sort must be one of ${sorts.join(', ')}` })
  readonly sort: ProductSort = 'sku';
}

export class ProductList extends ProductOrder {
  @ApiPropertyOptional({ description: 'A SKU, or prefixes of words in SKU or name', maxLength: 200 })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  readonly query?: string;
  @ApiPropertyOptional({ description: 'One SKU: the list has that product or none', maxLength: 64 })
  @IsOptional()
  @IsSku()
  readonly sku?: string;
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
  @ApiPropertyOptional({ enum: [true], description: 'Not for sale any more. Absent for a product that is for sale.' })
  readonly archived?: true;
}

export class ProductPage {
  @ApiProperty({ type: [ProductAnswer] }) readonly items!: ProductAnswer[];
  @ApiProperty({ type: String, nullable: true }) readonly nextCursor!: string | null;
}
