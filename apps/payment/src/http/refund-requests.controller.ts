import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { idOf, isRejection, type Rejection } from '@tradewind/kernel';
import { Commands } from '@tradewind/messaging';
import {
  Acting,
  ApiConflictResponse,
  ApiForbiddenResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  Clock,
  page,
  PageQueryById,
  readCursor,
  Requires,
  type ActingStaff,
  type Page,
} from '@tradewind/service';
import { approveRefund, rejectRefund } from '../commands/decide-refund.command.js';
import type { RefundRequest } from '../domain/approval.js';
import { RefundRequestQueries } from '../storage/refund-request.queries.js';
import { RefundRequestAnswer, RefundRequestPage, RefundRequestPath } from './payment.dto.js';
import { paymentProblem } from './payment.problems.js';

const asRefundId = idOf('refund');

/** Refunds above the limit, which a second person approves or rejects. */
@ApiTags('payments')
@Controller('payments')
export class RefundRequestsController {
  constructor(
    private readonly requests: RefundRequestQueries,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  @Get('refunds/awaiting-approval')
  @Requires('payments.read')
  @ApiOperation({ summary: 'List the refunds that a second person must approve, newest first (staff)' })
  @ApiOkResponse({ type: RefundRequestPage })
  async list(@Query() { limit, cursor }: PageQueryById): Promise<Page<RefundRequestAnswer>> {
    const waiting = await this.requests.waiting(this.clock.now(), readCursor(cursor, asRefundId), limit + 1);
    return page(waiting.map(view), limit, ({ id }) => id);
  }

  @Post(':id/refunds/:refundId/approve')
  @HttpCode(200)
  @Requires('payments.refund')
  @ApiOperation({ summary: 'Approve a refund that another person requested. Repeating it changes nothing (staff)' })
  @ApiOkResponse({ type: RefundRequestAnswer })
  @ApiForbiddenResponse({ description: "Without the permission, or `own-request`: it is one's own." })
  @ApiNotFoundResponse()
  @ApiConflictResponse({ description: 'It has expired or was rejected, or less is left of the payment.' })
  approve(@Acting() acting: ActingStaff, @Param() path: RefundRequestPath): Promise<RefundRequestAnswer> {
    return this.#decided(path, this.commands.run(approveRefund, { ...idsOf(path), acting }));
  }

  @Post(':id/refunds/:refundId/reject')
  @HttpCode(200)
  @Requires('payments.refund')
  @ApiOperation({ summary: "Reject a refund, or take one's own request back. Repeating it changes nothing (staff)" })
  @ApiOkResponse({ type: RefundRequestAnswer })
  @ApiNotFoundResponse()
  @ApiConflictResponse({ description: 'It was approved.' })
  reject(@Acting() acting: ActingStaff, @Param() path: RefundRequestPath): Promise<RefundRequestAnswer> {
    return this.#decided(path, this.commands.run(rejectRefund, { ...idsOf(path), acting }));
  }

  async #decided(
    { refundId }: RefundRequestPath,
    result: Promise<{ refundId: string } | Rejection>,
  ): Promise<RefundRequestAnswer> {
    const decided = await result;
    if (isRejection(decided)) throw paymentProblem(decided);
    const request = await this.requests.find(refundId);
    if (!request) throw new TypeError(`the request ${refundId} is gone`);
    return view(request);
  }
}

const idsOf = ({ id: paymentId, refundId }: RefundRequestPath) => ({ paymentId, refundId });

const view = (request: RefundRequest): RefundRequestAnswer => {
  const { refundId: id, paymentId, status, amount, reason, requestedBy, requestedAt, expiresAt } = request;
  return {
    id,
    paymentId,
    status,
    amount,
    reason,
    requestedBy,
    requestedAt: requestedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    ...(request.status !== 'awaiting-approval' && {
      decidedBy: request.decidedBy,
      decidedAt: request.decidedAt.toISOString(),
    }),
  };
};
