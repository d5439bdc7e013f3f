import { Injectable } from '@nestjs/common';
import type { OrderId, PaymentId } from '@tradewind/contracts';
import { groupBy } from '@tradewind/kernel';
import { BatchedRead } from '@tradewind/service';
import { DataSource } from 'typeorm';
import type { Payment } from '../domain/payment.js';
import type { Refund } from '../domain/refund.js';

export interface PaymentWithRefunds {
  readonly payment: Payment;
  readonly refunds: readonly Refund[];
}

const money = (column: string): string =>
  `case when ${column}_amount is not null then json_build_object('amount', ${column}_amount, 'currency', ${column}_currency) end`;

const payments = `select order_id as "orderId", payment_id as "paymentId", status, user_id as "userId", ${money('due')} as due, method, requested_at as "requestedAt",
  ${money('captured')} as captured, reference, taken_at as "takenAt", ${money('refunded')} as refunded, ${money('goodwill')} as goodwill,
  ${money('goodwill_pending')} as "goodwillPending", reason, declined_at as "declinedAt", refund_started_at as "refundStartedAt", refunded_at as "refundedAt",
  voided_at as "voidedAt" from payments`;
const ofOrders = `${payments} where order_id = any($1::uuid[])`;
const newest = `${payments} where ($1::uuid is null or order_id = $1) and ($2::uuid is null or payment_id < $2) order by payment_id desc limit $3`;
const refundsOf = `select refund_id as "refundId", order_id as "orderId", payment_id as "paymentId", status, ${money('amount')} as amount, reason, granted_by as "grantedBy",
  started_at as "startedAt", reference, given_at as "givenAt", failed_at as "failedAt" from refunds where order_id = any($1::uuid[]) order by refund_id`;

/** NULL becomes an absent property, as in decisions. */
const withoutNulls = <R extends object>(row: R): R =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as R;

@Injectable()
export class PaymentQueries {
  readonly #ofOrders = new BatchedRead((orderIds: readonly OrderId[]) => this.#read(orderIds));

  constructor(private readonly dataSource: DataSource) {}

  async find(orderId: OrderId): Promise<Payment | undefined> {
    return (await this.#ofOrders.load([orderId])).get(orderId);
  }

  async #read(orderIds: readonly OrderId[]): Promise<Map<OrderId, Payment>> {
    const rows = await this.dataSource.query<Payment[]>(ofOrders, [orderIds]);
    return new Map(rows.map((row) => [row.orderId, withoutNulls(row)]));
  }

  /** Newest first, starting before the given payment; of one order if `orderId` is given. */
  async list(
    limit: number,
    orderId: OrderId | undefined,
    before: PaymentId | undefined,
  ): Promise<PaymentWithRefunds[]> {
    const rows = await this.dataSource.query<Payment[]>(newest, [orderId ?? null, before ?? null, limit]);
    const refunds = await this.dataSource.query<Refund[]>(refundsOf, [rows.map((row) => row.orderId)]);
    const byOrder = groupBy(refunds.map(withoutNulls), (refund) => refund.orderId);
    return rows.map((row) => ({ payment: withoutNulls(row), refunds: byOrder.get(row.orderId) ?? [] }));
  }
}
