import { readConfig, SealingConfig } from '@tradewind/service';
import { Type } from 'class-transformer';
import { IsIn, IsInt, Max, Min } from 'class-validator';
import type { WebhookTargets } from './webhooks/webhook-url.js';

/** Database, Kafka and the secret of the data keys, and how webhooks are delivered. */
export class OrderConfig extends SealingConfig {
  /** `any`: also http and addresses that are not public. */
  @IsIn(['public-https', 'any']) readonly WEBHOOK_TARGETS: WebhookTargets = 'public-https';
  /** Calls of one delivery before it is a dead letter. */
  @Type(() => Number) @IsInt() @Min(1) @Max(100) readonly WEBHOOK_MAX_ATTEMPTS: number = 20;
}

export const orderConfig = (environment: NodeJS.ProcessEnv): Readonly<OrderConfig> =>
  readConfig(OrderConfig, environment);
