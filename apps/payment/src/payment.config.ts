import { DatabaseConfig, IsHttpUrl } from '@tradewind/service';
import { IsString, Length, Matches } from 'class-validator';

/** Settings of the payment service. */
export class PaymentConfig extends DatabaseConfig {
  /** Address of the payment provider. */
  @IsHttpUrl() readonly PROVIDER_URL!: string;
  /** The provider accepts calls with it only. */
  @Matches(/^[\w-]{16,200}$/, { message: 'must be 16 to 200 letters, digits, dashes or underscores' })
  readonly PROVIDER_API_KEY!: string;
  /** Secret of the provider's webhook signatures. */
  @IsString() @Length(16, 200) readonly PROVIDER_WEBHOOK_SECRET!: string;
}
