import type { PaymentId } from '@tradewind/contracts';
import { isRejection, rejection } from '@tradewind/kernel';
import { answer, command, rowsWhere, type HandlerContext } from '@tradewind/messaging';
import { recordedAction, type ActingStaff } from '@tradewind/service';
import { grant, type Goodwill } from '../domain/goodwill.js';
import { Payments } from '../storage/payment.tables.js';
import { recordEvents } from '../handlers/payment.changes.js';

export interface GrantGoodwill extends Omit<Goodwill, 'grantedBy'> {
  readonly paymentId: PaymentId;
  readonly acting: ActingStaff;
}

export const unknownPayment = rejection('unknown-payment');

/** The answer to the request, also when it is repeated with the same key. */
export const startedRefund = (
  refundId: string,
  { amount, reason }: Pick<Goodwill, 'amount' | 'reason'>,
  startedAt: Date,
) => ({ id: refundId, status: 'started', amount, reason, startedAt: startedAt.toISOString() }) as const;

const load = { payments: rowsWhere(Payments, 'paymentId', ({ paymentId }: GrantGoodwill) => [paymentId]) };

/** Answers the started refund; the provider is called after the commit. */
export const grantGoodwill = command(
  'payment.grant-goodwill',
  load,
  ({ paymentId, acting, ...request }: GrantGoodwill, context: HandlerContext<typeof load>) => {
    const [payment] = context.payments.all();
    if (!payment) return unknownPayment;
    const refundId = context.newId();
    const goodwill = { ...request, grantedBy: acting.actor };
    const granted = grant(goodwill, payment, refundId, context.now);
    if (isRejection(granted)) return granted;
    const { amount, reason } = request;
    const action = { action: 'payment.refund', subject: paymentId, reason, after: { refundId, amount } };
    return recordEvents([granted], context)
      .and(recordedAction(acting, action, context.newId()))
      .and(answer(startedRefund(refundId, goodwill, context.now)));
  },
);
