import { isRefusal, refusal, type PaymentId } from '@tradewind/kernel';
import { answer, command, matching, type Given } from '@tradewind/messaging';
import { grant, type Goodwill } from '../domain/give-back.js';
import { Payments } from '../storage/payment.tables.js';
import { keep } from './payment-words.js';

export interface GrantGoodwill extends Goodwill {
  readonly paymentId: PaymentId;
}

export const unknownPayment = refusal('unknown-payment');

/** What is answered as it starts, and to whoever asks again with the same key. */
export const startedRefund = (
  refundId: string,
  { amount, reason }: Pick<Goodwill, 'amount' | 'reason'>,
  startedAt: Date,
) => ({ id: refundId, status: 'started', amount, reason, startedAt: startedAt.toISOString() }) as const;

const load = { payments: matching(Payments, 'paymentId', ({ paymentId }: GrantGoodwill) => [paymentId]) };

/** Answers the refund as it starts; the provider is asked after the commit. */
export const grantGoodwill = command(
  'payment.grant-goodwill',
  load,
  ({ paymentId: _, ...goodwill }: GrantGoodwill, given: Given<typeof load>) => {
    const [payment] = given.payments.all();
    if (!payment) return unknownPayment;
    const refundId = given.id();
    const granted = grant(goodwill, payment, refundId, given.now);
    if (isRefusal(granted)) return granted;
    return keep([granted], given).and(answer(startedRefund(refundId, goodwill, given.now)));
  },
);
