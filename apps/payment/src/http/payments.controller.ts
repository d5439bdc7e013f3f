import { Body, Controller, Get, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { paymentId } from '@tradewind/contracts';
import { isRejection, type Rejection } from '@tradewind/kernel';
import { Commands } from '@tradewind/messaging';
import {
  Acting,
  ApiAcceptedResponse,
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
import { readApprovalLimits } from '../approval-limits.js';
import { grantGoodwill, type ApprovalRule, type GrantAnswer } from '../commands/grant-goodwill.command.js';
import { PaymentConfig } from '../payment.config.js';
import { PaymentQueries } from '../storage/payment.queries.js';
import { grantGoodwillClaim } from './grant-goodwill.idempotency.js';
import {
  AwaitingRefundAnswer,
  GrantRefund,
  PaymentList,
  PaymentPage,
  PaymentPath,
  RefundAnswer,
} from './payment.dto.js';
import { paymentProblem } from './payment.problems.js';
import { paymentView } from './payment.view.js';

@ApiTags('payments')
@Controller('payments')
export class PaymentsController {
  readonly #approval: ApprovalRule;

  constructor(
    private readonly payments: PaymentQueries,
    { REFUND_APPROVAL_LIMIT: limit, REFUND_APPROVAL_HOURS: hours }: PaymentConfig,
    @Inject(Commands) private readonly commands: Commands,
  ) {
    this.#approval = {
      limits: limit === undefined ? undefined : readApprovalLimits(limit),
      lifetimeMs: hours * 3_600_000,
    };
  }

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
  @ApiAcceptedResponse({
    type: AwaitingRefundAnswer,
    description: 'Above the limit of the shop: nothing is refunded before a second person approves.',
  })
  @ApiNotFoundResponse()
  @ApiConflictResponse({ description: 'Less is left, or the payment was not taken or is being refunded.' })
  @ApiUnprocessableEntityResponse({ description: 'The key was used with another body.' })
  async refund(
    @Acting() acting: ActingStaff,
    @Param() { id }: PaymentPath,
    @Body() { amount, reason }: GrantRefund,
    @OptionalIdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<GrantAnswer> {
    const request = { paymentId: id, amount: { ...amount }, reason, acting, approval: this.#approval };
    if (key === undefined) return granted(await this.commands.run(grantGoodwill, request), response);
    const hashes = requestHashes(key, { amount, reason });
    const { answer, replayed } = await this.commands.once(
      grantGoodwill,
      { ...request, ...hashes },
      grantGoodwillClaim(id, hashes),
    );
    setReplayedHeader(response, replayed);
    return granted(answer, response);
  }
}

function granted(answer: GrantAnswer | Rejection, response: Response): GrantAnswer {
  if (isRejection(answer)) throw paymentProblem(answer);
  if (answer.status === 'awaiting-approval') response.status(202);
  return answer;
}
