import { adjustmentReasons, type AdjustmentReason } from '@tradewind/contracts';
import { ApiProperty, ApiPropertyOptional, PageQuery } from '@tradewind/service';
import { IsIn, IsInt, Matches, Max, Min, NotEquals } from 'class-validator';
import { mostPieces } from '../domain/stock-level.js';

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
  @ApiProperty({ enum: adjustmentReasons })
  @IsIn(adjustmentReasons)
  readonly reason!: AdjustmentReason;
}

/** The cursor is the number of the last change. */
export class StockChangeList extends PageQuery {
  @Matches(/^[1-9][0-9]{0,14}$/, { message: 'must be the nextCursor of the page before' })
  override readonly cursor?: string;
}

export class StockChangeAnswer {
  @ApiProperty({ description: 'Of this product: 1, 2, 3 …; 1 is the opening stock' }) readonly number!: number;
  @ApiProperty({ format: 'date-time' }) readonly at!: string;
  @ApiProperty({ enum: ['added', 'adjusted', 'reserved', 'released', 'taken-back'] }) readonly cause!: string;
  @ApiProperty({ description: 'Pieces more or less that can be ordered. All of them add up to what is available.' })
  readonly delta!: number;
  @ApiProperty({ description: 'Pieces that could be ordered after it' }) readonly available!: number;
  @ApiPropertyOptional({ enum: adjustmentReasons, description: 'Of an adjustment' }) readonly reason?: string;
  @ApiPropertyOptional({ format: 'uuid', description: 'The admin who adjusted the stock' })
  readonly adjustedBy?: string;
  @ApiPropertyOptional({ format: 'uuid', description: 'The order that reserved the pieces or gave them back' })
  readonly orderId?: string;
  @ApiPropertyOptional({
    enum: ['reserved', 'released', 'sold', 'taken-back'],
    description:
      'What became of the pieces of that order. A sale changes no stock that can be ordered: its pieces were reserved before.',
  })
  readonly reservation?: string;
}

export class StockChangePage {
  @ApiProperty({ type: [StockChangeAnswer] }) readonly items!: StockChangeAnswer[];
  @ApiProperty({ type: String, nullable: true }) readonly nextCursor!: string | null;
}
