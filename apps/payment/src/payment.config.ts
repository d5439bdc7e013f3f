import { DatabaseConfig } from '@tradewind/service';
import { IsString, IsUrl, Length } from 'class-validator';

/** What the payment service reads from its environment. */
export class PaymentConfig extends DatabaseConfig {
  /** Where the payment provider is asked. */
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] }) readonly PROVIDER_URL!: string;
  /** What the provider signs its webhooks with. */
  @IsString() @Length(16, 200) readonly PROVIDER_WEBHOOK_SECRET!: string;
}
