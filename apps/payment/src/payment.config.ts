import { DatabaseConfig, IsHttpUrl, Satisfies } from '@tradewind/service';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import { approvalLimitsRule, areApprovalLimits } from './approval-limits.js';

/** Settings of the payment service. */
export class PaymentConfig extends DatabaseConfig {
  /** Address of the payment provider. */
  @IsHttpUrl() readonly PROVIDER_URL!: string;
  /** The provider accepts calls with it only. */
  @Matches(/^[\w-]{16,200}$/, { message: 'must be 16 to 200 letters, digits, dashes or underscores' })
  readonly PROVIDER_API_KEY!: string;
  /** Secret of the provider's webhook signatures. */
  @IsString() @Length(16, 200) readonly PROVIDER_WEBHOOK_SECRET!: string;
  /** The sums that one person may refund of a payment; above them a second one must approve. Without it, any sum. */
  @IsOptional() @Satisfies(areApprovalLimits, approvalLimitsRule) readonly REFUND_APPROVAL_LIMIT?: string;
  /** How long a refund can be approved. */
  @Type(() => Number) @IsInt() @Min(1) @Max(720) readonly REFUND_APPROVAL_HOURS: number = 72;
}
