import { IsId } from '@tradewind/contracts';
import { ApiProperty, ApiPropertyOptional } from '@tradewind/service';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsBoolean, IsIn, IsString, Length } from 'class-validator';
import { webhookEvents } from '../domain/webhook-body.js';
import { publicHttpsUrl } from '../webhooks/webhook-url.js';

export class RegisterWebhook {
  @ApiProperty({
    example: 'https://partner.example/events',
    description: 'An https URL, without user, password and fragment; an address must be public.',
    pattern: publicHttpsUrl,
    minLength: 1,
    maxLength: 500,
  })
  @IsString()
  @Length(1, 500)
  readonly url!: string;
  @ApiProperty({ isArray: true, enum: webhookEvents })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(webhookEvents.length)
  @ArrayUnique()
  @IsIn(webhookEvents, { each: true })
  readonly events!: string[];
}

export class ChangeWebhook {
  @ApiProperty({ description: 'False: nothing is delivered, neither what waits nor what happens meanwhile' })
  @IsBoolean()
  readonly enabled!: boolean;
}

export class WebhookPath {
  @ApiProperty({ format: 'uuid' }) @IsId() readonly id!: string;
}

export class WebhookAnswer {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty() readonly url!: string;
  @ApiProperty({ type: [String] }) readonly events!: readonly string[];
  @ApiProperty() readonly enabled!: boolean;
  @ApiProperty({ format: 'uuid' }) readonly createdBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly createdAt!: string;
  @ApiProperty({ description: 'Deliveries that the endpoint has accepted' }) readonly delivered!: number;
  @ApiPropertyOptional({ format: 'date-time' }) readonly lastDeliveredAt?: string;
}

export class RegisteredWebhook extends WebhookAnswer {
  @ApiProperty({ description: 'The key of the signatures. Shown only here.' }) readonly secret!: string;
}

export class WebhookList {
  @ApiProperty({ type: [WebhookAnswer] }) readonly items!: WebhookAnswer[];
}

export class DeliveryAnswer {
  @ApiProperty({ format: 'uuid', description: 'X-Event-Id' }) readonly id!: string;
  @ApiProperty({ example: 'order.confirmed' }) readonly type!: string;
  @ApiProperty({ format: 'uuid' }) readonly orderId!: string;
  @ApiProperty({ format: 'date-time' }) readonly occurredAt!: string;
  @ApiProperty({
    enum: ['due', 'retried', 'waiting', 'dead-letter'],
    description: '`waiting`: behind an earlier delivery. `dead-letter`: until an operator redrives or discards it',
  })
  readonly state!: string;
  @ApiProperty() readonly attempts!: number;
  @ApiPropertyOptional() readonly lastError?: string;
  @ApiPropertyOptional({ description: 'Seconds until the next attempt' }) readonly nextAttemptIn?: number;
}

export class DeliveriesAnswer {
  @ApiProperty({ description: 'Deliveries that the endpoint has accepted' }) readonly delivered!: number;
  @ApiPropertyOptional({ format: 'date-time' }) readonly lastDeliveredAt?: string;
  @ApiProperty({ type: [DeliveryAnswer], description: 'The first 100 that wait, in their order' })
  readonly pending!: DeliveryAnswer[];
}
