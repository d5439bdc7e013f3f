import { Body, Controller, Get, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { paymentId } from '@tradewind/contracts';
import { isRejection, type Rejection } from '@tradewind/kernel';
import { Commands } from '@tradewind/messaging';
import {
  Acting,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
  OptionalIdempotencyKey,
  page,
  readCursor,
  setReplayedHeader,
  requestHashes,
  Requires,
  type ActingStaff,
  type Page,
} from '@tradewind/service';
import type { Response } from 'express';
import { grantGoodwill } from '../commands/grant-goodwill.command.js';
import { PaymentQueries } from '../storage/payment.queries.js';
import { grantGoodwillClaim } from './grant-goodwill.idempotency.js';
import { GrantRefund, PaymentList, PaymentPage, PaymentPath, RefundAnswer } from './payment.dto.js';
import { paymentProblem } from './payment.problems.js';
import { paymentView } from './payment.view.js';

@ApiTags('payments')
@Controller('payments')
export class PaymentsController {
  constructor(
    private readonly payments: PaymentQueries,
    @Inject(Commands) private readonly commands: Commands,
  ) {}

  @Get()
  @Requires('payments.read')
  @ApiOperation({ summary: 'List payments, newest first, or the one of an order (staff)' })
  @ApiOkResponse({ type: PaymentPage })
  async list(@Query() { orderId, limit, cursor }: PaymentList): Promise<Page<unknown>> {
    const rows = await this.payments.list(limit + 1, orderId, readCursor(cursor, paymentId));
    return page(rows.map(paymentView), limit, (last) => last.id);
  }

  @Post(':id/refunds')
  @Requires('payments.refund')
  @ApiOperation({ summary: 'Refund part of a payment out of goodwill; the order stays confirmed (staff)' })
  @ApiCreatedResponse({ type: RefundAnswer })
  @ApiNotFoundResponse()
  @ApiConflictResponse({ description: 'Less is left, or the payment was not taken or is being refunded.' })
  @ApiUnprocessableEntityResponse({ description: 'The key was used with another body.' })
  async refund(
    @Acting() acting: ActingStaff,
    @Param() { id }: PaymentPath,
    @Body() { amount, reason }: GrantRefund,
    @OptionalIdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<RefundAnswer> {
    const request = { paymentId: id, amount: { ...amount }, reason, acting };
    if (key === undefined) return granted(await this.commands.run(grantGoodwill, request));
    const hashes = requestHashes(key, { amount, reason });
    const { answer, replayed } = await this.commands.once(
      grantGoodwill,
      { ...request, ...hashes },
      grantGoodwillClaim(id, hashes),
    );
    setReplayedHeader(response, replayed);
    return granted(answer);
  }
}

function granted(answer: RefundAnswer | Rejection): RefundAnswer {
  if (isRejection(answer)) throw paymentProblem(answer);
  return answer;
}
