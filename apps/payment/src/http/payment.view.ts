import type { Payment } from '../domain/payment.js';
import type { Refund } from '../domain/refund.js';
import type { PaymentWithRefunds } from '../storage/payment.queries.js';

type Property = Payment extends infer P ? (P extends Payment ? keyof P : never) : never;

const shown = [
  'orderId',
  'status',
  'userId',
  'method',
  'captured',
  'refunded',
  'reference',
  'reason',
  'requestedAt',
  'takenAt',
  'declinedAt',
  'refundedAt',
  'voidedAt',
] as const satisfies readonly Property[];

const refundView = ({ refundId: id, orderId: _, paymentId: __, grantedBy: ___, ...refund }: Refund) => ({
  id,
  ...refund,
});

/** A payment as an admin sees it. */
export const paymentView = ({ payment, refunds }: PaymentWithRefunds) => ({
  id: payment.paymentId,
  ...('due' in payment ? { amount: payment.due } : {}),
  ...Object.fromEntries(shown.flatMap((name) => (name in payment ? [[name, payment[name as keyof Payment]]] : []))),
  refunds: refunds.map(refundView),
});
