import { Controller, Headers, HttpCode, Inject, Param, Post, Req, type RawBodyRequest } from '@nestjs/common';
import { Commands } from '@tradewind/messaging';
import {
  ApiBadRequestResponse,
  ApiBody,
  ApiHeader,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOperation,
  ApiTags,
  ApiUnauthorizedResponse,
  Clock,
  problem,
  Public,
  violationsOf,
} from '@tradewind/service';
import { plainToInstance } from 'class-transformer';
import type { Request } from 'express';
import { recordWebhook } from '../commands/record-webhook.command.js';
import { PaymentConfig } from '../payment.config.js';
import { ProviderNotification, ProviderPath } from './payment.dto.js';
import { isSigned, signatureForm } from './signature.js';

/** The only provider. */
const simulated = 'simulated';

@ApiTags('payments')
@Controller('payments/webhooks')
export class WebhooksController {
  constructor(
    private readonly config: PaymentConfig,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Commands) private readonly commands: Commands,
  ) {}

  @Post(':provider')
  @Public()
  @HttpCode(204)
  @ApiOperation({ summary: 'A provider notifies that an operation has an outcome; the outcome is then looked up' })
  @ApiHeader({
    name: 'X-Signature',
    required: true,
    description: '`t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<raw body>">`, at most 5 minutes old',
    schema: { type: 'string', pattern: signatureForm.source, example: `t=1772445600,v1=${'0'.repeat(64)}` },
  })
  @ApiBody({ type: ProviderNotification })
  @ApiNoContentResponse({ description: 'Recorded, now or earlier.' })
  @ApiBadRequestResponse({ description: 'Signed, but a field is missing or invalid.' })
  @ApiUnauthorizedResponse({ description: 'The signature is missing, invalid or too old.' })
  @ApiNotFoundResponse({ description: 'No such provider.' })
  async receive(
    @Param() { provider }: ProviderPath,
    @Headers('X-Signature') signature: string | undefined,
    @Req() request: RawBodyRequest<Request>,
  ): Promise<void> {
    if (provider !== simulated) throw problem(404, 'not-found', 'there is no such provider');
    const { rawBody = Buffer.alloc(0), body } = request;
    if (!isSigned(signature, rawBody, this.config.PROVIDER_WEBHOOK_SECRET, this.clock.now())) {
      throw problem(
        401,
        'not-authenticated',
        "the header X-Signature must be the provider's signature of this body, made in the last 5 minutes",
      );
    }
    const { id, type, key } = notificationOf(body);
    await this.commands.run(recordWebhook, { eventId: `${provider}:${id}`, type, operation: key });
  }
}

/** Checked after the signature, so that a caller without the secret learns nothing. Unknown fields are ignored. */
function notificationOf(body: unknown): ProviderNotification {
  const notification = plainToInstance(ProviderNotification, typeof body === 'object' ? body : {});
  const violations = Array.isArray(notification) ? ['the body is not a JSON object'] : violationsOf(notification);
  if (violations.length > 0) throw problem(400, 'invalid-request', violations.join('; '));
  return notification;
}
