import {
  declineReasons,
  IsId,
  refundReasons,
  type OrderId,
  type PaymentId,
  type RefundReason,
} from '@tradewind/contracts';
import { AllowUnknownFields, ApiProperty, ApiPropertyOptional, PageQueryById } from '@tradewind/service';
import { Type } from 'class-transformer';
import {
  Equals,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';

const visible = /^[\x21-\x7e]+$/;

/** An amount in pence, at least 1. */
export class Sum {
  @ApiProperty({ example: 500, minimum: 1 })
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  readonly amount!: number;
  @ApiProperty({ enum: ['GBP'] })
  @Equals('GBP', { message: 'currency must be GBP' })
  readonly currency!: string;
}

export class GrantRefund {
  @ApiProperty({ type: Sum })
  @IsObject()
  @ValidateNested()
  @Type(() => Sum)
  readonly amount!: Sum;
  @ApiProperty({ enum: refundReasons })
  @IsIn(refundReasons)
  readonly reason!: RefundReason;
}

export class PaymentList extends PageQueryById {
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsId()
  readonly orderId?: OrderId;
}

export class PaymentPath {
  @ApiProperty({ format: 'uuid' })
  @IsId()
  readonly id!: PaymentId;
}

export class ProviderPath {
  @ApiProperty({ example: 'simulated' })
  @IsString()
  @Length(1, 50)
  @Matches(visible)
  readonly provider!: string;
}

/** A provider's webhook notification; other fields are ignored. */
@AllowUnknownFields()
export class ProviderNotification {
  @ApiProperty({ example: 'evt_1', maxLength: 100 })
  @IsString()
  @Length(1, 100)
  @Matches(visible)
  readonly id!: string;
  @ApiProperty({ example: 'taken', maxLength: 50 })
  @IsString()
  @Length(1, 50)
  @Matches(visible)
  readonly type!: string;
  @ApiProperty({ description: 'The key of the operation', example: '01991234-5678-7000-8000-00000000000a:take:1' })
  @IsString()
  @Length(1, 200)
  @Matches(visible)
  readonly key!: string;
}

export class RefundAnswer {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ enum: ['started', 'given', 'failed'] }) readonly status!: string;
  @ApiProperty({ type: Sum }) readonly amount!: Sum;
  @ApiProperty({ enum: refundReasons }) readonly reason!: string;
  @ApiProperty() readonly startedAt!: string;
  @ApiPropertyOptional({ description: "The provider's reference of the refund" }) readonly reference?: string;
  @ApiPropertyOptional() readonly givenAt?: string;
  @ApiPropertyOptional() readonly failedAt?: string;
}

export class RefundRequestPath extends PaymentPath {
  @ApiProperty({ format: 'uuid' })
  @IsId()
  readonly refundId!: string;
}

export class AwaitingRefundAnswer {
  @ApiProperty({ format: 'uuid', description: 'Of the refund too, once it is approved' }) readonly id!: string;
  @ApiProperty({ enum: ['awaiting-approval'] }) readonly status!: string;
  @ApiProperty({ type: Sum }) readonly amount!: Sum;
  @ApiProperty({ enum: refundReasons }) readonly reason!: string;
  @ApiProperty({ format: 'date-time' }) readonly requestedAt!: string;
  @ApiProperty({ format: 'date-time' }) readonly expiresAt!: string;
}

export class RefundRequestAnswer {
  @ApiProperty({ format: 'uuid', description: 'Of the refund too, once it is approved' }) readonly id!: string;
  @ApiProperty({ format: 'uuid' }) readonly paymentId!: string;
  @ApiProperty({ enum: ['awaiting-approval', 'approved', 'rejected'] }) readonly status!: string;
  @ApiProperty({ type: Sum }) readonly amount!: { readonly amount: number; readonly currency: string };
  @ApiProperty({ enum: refundReasons }) readonly reason!: string;
  @ApiProperty({ format: 'uuid' }) readonly requestedBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly requestedAt!: string;
  @ApiProperty({ format: 'date-time' }) readonly expiresAt!: string;
  @ApiPropertyOptional({ format: 'uuid' }) readonly decidedBy?: string;
  @ApiPropertyOptional({ format: 'date-time' }) readonly decidedAt?: string;
}

export class RefundRequestPage {
  @ApiProperty({ type: [RefundRequestAnswer] }) readonly items!: RefundRequestAnswer[];
  @ApiProperty({ type: String, nullable: true }) readonly nextCursor!: string | null;
}

export class PaymentAnswer {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'uuid' }) readonly orderId!: string;
  @ApiProperty({ enum: ['requested', 'taken', 'declined', 'refunding', 'refunded', 'void'] }) readonly status!: string;
  @ApiPropertyOptional({ format: 'uuid' }) readonly userId?: string;
  @ApiPropertyOptional({ type: Sum, description: 'What the order costs' }) readonly amount?: Sum;
  @ApiPropertyOptional({ example: 'sim_ok' }) readonly method?: string;
  @ApiPropertyOptional({ type: Sum, description: 'The amount taken' }) readonly captured?: Sum;
  @ApiPropertyOptional({ type: Sum, description: 'The amount refunded, out of goodwill or in full' })
  readonly refunded?: Sum;
  @ApiPropertyOptional({ description: "The provider's reference of the take" }) readonly reference?: string;
  @ApiPropertyOptional({ enum: declineReasons, description: 'Why it was declined' }) readonly reason?: string;
  @ApiPropertyOptional() readonly requestedAt?: string;
  @ApiPropertyOptional() readonly takenAt?: string;
  @ApiPropertyOptional() readonly declinedAt?: string;
  @ApiPropertyOptional() readonly refundedAt?: string;
  @ApiPropertyOptional() readonly voidedAt?: string;
  @ApiProperty({ type: [RefundAnswer] }) readonly refunds!: RefundAnswer[];
}

export class PaymentPage {
  @ApiProperty({ type: [PaymentAnswer] }) readonly items!: PaymentAnswer[];
  @ApiProperty({ type: String, nullable: true }) readonly nextCursor!: string | null;
}
