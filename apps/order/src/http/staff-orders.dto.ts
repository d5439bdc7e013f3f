import { IsId, IsInstant, type UserId } from '@tradewind/contracts';
import { ApiProperty, ApiPropertyOptional, PageQueryById } from '@tradewind/service';
import { IsIn, IsOptional } from 'class-validator';
import { cancellationReasons, type CancellationReason } from '../domain/order-event.js';
import type { Order } from '../domain/order.js';
import { LineAnswer, OrderListed, OrderSummary, ShortLineAnswer, statuses } from './order.dto.js';

export class StaffOrderList extends PageQueryById {
  @ApiPropertyOptional({ enum: statuses }) @IsOptional() @IsIn(statuses) readonly status?: Order['status'];
  @ApiPropertyOptional({ format: 'uuid', description: 'Of this buyer' }) @IsOptional() @IsId() readonly userId?: UserId;
  @ApiPropertyOptional({ format: 'date-time', description: 'Accepted at this time or later' })
  @IsOptional()
  @IsInstant()
  readonly from?: string;
  @ApiPropertyOptional({ format: 'date-time', description: 'Accepted before this time' })
  @IsOptional()
  @IsInstant()
  readonly to?: string;
}

export class CancelForBuyer {
  @ApiProperty({ enum: cancellationReasons }) @IsIn(cancellationReasons) readonly reason!: CancellationReason;
}

export class StaffOrderListed extends OrderListed {
  @ApiProperty({ format: 'uuid', description: 'The buyer' }) readonly userId!: string;
  @ApiProperty({ format: 'date-time', description: 'When the shop accepted it; `from` and `to` mean this time' })
  readonly acceptedAt!: string;
}

export class StaffOrderPage {
  @ApiProperty({ type: [StaffOrderListed] }) readonly items!: StaffOrderListed[];
  @ApiProperty({ type: String, nullable: true }) readonly nextCursor!: string | null;
}

/** Where an order goes, without the person: name, street and postcode are the buyer's alone. */
export class Destination {
  @ApiProperty() readonly city!: string;
  @ApiProperty() readonly country!: string;
}

export class StaffRequestAnswer {
  @ApiProperty({ format: 'uuid' }) readonly staffId!: string;
  @ApiProperty({ enum: cancellationReasons }) readonly reason!: string;
}

export class StaffEventAnswer {
  @ApiProperty({ example: 'cancellation-requested' }) readonly what!: string;
  @ApiProperty({ format: 'date-time' }) readonly at!: string;
  @ApiPropertyOptional({ type: [ShortLineAnswer], description: 'Of `rejected`: the lines that were out of stock' })
  readonly shortages?: readonly ShortLineAnswer[];
  @ApiPropertyOptional({ type: StaffRequestAnswer, description: 'Of `cancellation-requested`, if not by the buyer' })
  readonly by?: StaffRequestAnswer;
}

export class StaffOrderAnswer extends OrderSummary {
  @ApiProperty({ format: 'uuid', description: 'The buyer' }) readonly userId!: string;
  @ApiProperty({ format: 'date-time', description: 'When the shop accepted it' }) readonly acceptedAt!: string;
  @ApiProperty({ type: [LineAnswer] }) readonly items!: LineAnswer[];
  @ApiPropertyOptional({ type: [ShortLineAnswer], description: 'The lines that were out of stock' })
  readonly shortages?: readonly ShortLineAnswer[];
  @ApiProperty({ type: Destination, nullable: true, description: 'Null after the address is erased' })
  readonly destination!: Destination | null;
  @ApiProperty({ type: [StaffEventAnswer] }) readonly history!: StaffEventAnswer[];
}
