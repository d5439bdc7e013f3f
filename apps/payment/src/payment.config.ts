import { DatabaseConfig } from '@tradewind/service';
import { IsString, IsUrl, Length } from 'class-validator';

/** Settings of the payment service. */
export class PaymentConfig extends DatabaseConfig {
  /** Address of the payment provider. */
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] }) readonly PROVIDER_URL!: string;
  /** Secret of the provider's webhook signatures. */
  @IsString() @Length(16, 200) readonly PROVIDER_WEBHOOK_SECRET!: string;
}
