import { DatabaseConfig, IsHttpUrl } from '@tradewind/service';
import { IsString, Length } from 'class-validator';

/** Settings of the payment service. */
export class PaymentConfig extends DatabaseConfig {
  /** Address of the payment provider. */
  @IsHttpUrl() readonly PROVIDER_URL!: string;
  /** Secret of the provider's webhook signatures. */
  @IsString() @Length(16, 200) readonly PROVIDER_WEBHOOK_SECRET!: string;
}
