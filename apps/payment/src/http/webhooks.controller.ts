import { Controller, Headers, HttpCode, Inject, Param, Post, Req, type RawBodyRequest } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBody,
  ApiHeader,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOperation,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import { Commands, faultsOf } from '@tradewind/messaging';
import { Clock, problem, Public } from '@tradewind/service';
import { plainToInstance } from 'class-transformer';
import type { Request } from 'express';
import { hearWebhook } from '../handlers/hear-webhook.command.js';
import { PaymentConfig } from '../payment.config.js';
import { ProviderNotice, ProviderPath } from './payment.dto.js';
import { isSigned } from './signature.js';

/** The one provider that there is. */
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
  @ApiOperation({ summary: 'A provider tells that something has happened; what it was, it is asked' })
  @ApiHeader({
    name: 'X-Signature',
    required: true,
    description: '`t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<raw body>">`, at most 5 minutes old',
  })
  @ApiBody({ type: ProviderNotice })
  @ApiNoContentResponse({ description: 'Heard, now or before.' })
  @ApiBadRequestResponse({ description: 'Signed, but without what a notice needs.' })
  @ApiUnauthorizedResponse({ description: 'Not signed by the provider, or not lately.' })
  @ApiNotFoundResponse({ description: 'No such provider.' })
  async hear(
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
    const { id, type, key } = noticeOf(body);
    await this.commands.run(hearWebhook, { eventId: `${provider}:${id}`, type, operation: key });
  }
}

/** Checked only after the signature: whoever can't sign learns nothing. Fields that we don't know are the provider's business. */
function noticeOf(body: unknown): ProviderNotice {
  const notice = plainToInstance(ProviderNotice, typeof body === 'object' ? body : {});
  const faults = Array.isArray(notice) ? ['the body is not a JSON object'] : faultsOf(notice);
  if (faults.length > 0) throw problem(400, 'invalid-request', faults.join('; '));
  return notice;
}
