import { Body, Controller, Get, Headers, Inject, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { isRefusal, paymentId, type Refusal } from '@tradewind/kernel';
import { Commands } from '@tradewind/messaging';
import {
  CurrentUser,
  page,
  problem,
  readCursor,
  replayHeader,
  requestHashes,
  Roles,
  type Page,
  type User,
} from '@tradewind/service';
import type { Response } from 'express';
import { grantGoodwill } from '../handlers/grant-goodwill.command.js';
import { PaymentQueries } from '../storage/payment.queries.js';
import { grantedOnce } from './granted-once.js';
import { GrantRefund, PaymentList, PaymentPage, PaymentPath, RefundAnswer } from './payment.dto.js';
import { paymentProblem } from './payment.problems.js';
import { paymentView } from './payment.view.js';

@ApiTags('payments')
@Roles('admin')
@Controller('payments')
export class PaymentsController {
  constructor(
    private readonly payments: PaymentQueries,
    @Inject(Commands) private readonly commands: Commands,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List payments, newest first, or the one of an order (admin)' })
  @ApiOkResponse({ type: PaymentPage })
  async list(@Query() { orderId, limit, cursor }: PaymentList): Promise<Page<unknown>> {
    const rows = await this.payments.list(limit + 1, orderId, readCursor(cursor, paymentId));
    return page(rows.map(paymentView), limit, (last) => last.id);
  }

  @Post(':id/refunds')
  @ApiOperation({ summary: 'Give part of a payment back out of goodwill; the order stands (admin)' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Recommended: the same key again gives nothing back a second time.',
    schema: { type: 'string', maxLength: 100 },
  })
  @ApiCreatedResponse({ type: RefundAnswer })
  @ApiNotFoundResponse()
  @ApiConflictResponse({ description: 'Less is left, or the payment was not taken or is being given back.' })
  @ApiUnprocessableEntityResponse({ description: 'The key was used with another body.' })
  async refund(
    @CurrentUser() { id: grantedBy }: User,
    @Param() { id }: PaymentPath,
    @Body() { amount, reason }: GrantRefund,
    @Headers('Idempotency-Key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<RefundAnswer> {
    const wish = { paymentId: id, amount: { ...amount }, reason, grantedBy };
    if (key === undefined) return granted(await this.commands.run(grantGoodwill, wish));
    const hashes = requestHashes(soundKey(key), { id, amount, reason });
    const { answer, replayed } = await this.commands.once(
      grantGoodwill,
      { ...wish, ...hashes },
      grantedOnce(grantedBy, hashes),
    );
    replayHeader(response, replayed);
    return granted(answer);
  }
}

function granted(answer: RefundAnswer | Refusal): RefundAnswer {
  if (isRefusal(answer)) throw paymentProblem(answer);
  return answer;
}

/** The header may be left out, but not be anything. */
function soundKey(key: string): string {
  if (/^[\x21-\x7e]{1,100}$/.test(key)) return key;
  const detail = 'must have 1 to 100 visible ASCII characters';
  throw problem(400, 'invalid-request', `the header Idempotency-Key ${detail}`, {
    errors: [{ field: 'Idempotency-Key', detail }],
  });
}
