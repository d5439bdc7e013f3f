import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { RefundRequest } from '../domain/approval.js';

const select = `select refund_id as "refundId", payment_id as "paymentId", order_id as "orderId", status,
  json_build_object('amount', amount_amount, 'currency', amount_currency) as amount, reason, requested_by as "requestedBy", requested_at as "requestedAt",
  expires_at as "expiresAt", decided_by as "decidedBy", decided_at as "decidedAt" from refund_requests`;
const selectOne = `${select} where refund_id = $1`;
const selectWaiting = `${select} where status = 'awaiting-approval' and expires_at > $1 and ($2::uuid is null or refund_id < $2) order by refund_id desc limit $3`;

@Injectable()
export class RefundRequestQueries {
  constructor(private readonly database: DataSource) {}

  async find(refundId: string): Promise<RefundRequest | undefined> {
    return (await this.database.query<RefundRequest[]>(selectOne, [refundId]))[0];
  }

  /** Newest first, starting before the given one. */
  waiting(now: Date, before: string | undefined, limit: number): Promise<readonly RefundRequest[]> {
    return this.database.query<RefundRequest[]>(selectWaiting, [now, before ?? null, limit]);
  }
}
