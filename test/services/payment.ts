import { FullRefundEffect } from '../../apps/payment/src/effects/full-refund.effect.js';
import { GoodwillEffect } from '../../apps/payment/src/effects/goodwill.effect.js';
import { LookUpTakeEffect } from '../../apps/payment/src/effects/look-up-take.effect.js';
import { TakePaymentEffect } from '../../apps/payment/src/effects/take-payment.effect.js';
import { payment as definition, PaymentModule as module } from '../../apps/payment/src/payment.module.js';
import { recovery } from '../../apps/payment/src/recovery/recovery.js';
import { Payments } from '../../apps/payment/src/storage/payment.tables.js';
import { checkMoney, paymentViolations } from '../simulation/check/check-money.js';
import { pounds } from '../../tools/shop/trading/api.js';
import { choice, count, object } from './request-sample.js';
import { rowCheck, type ApiParts, type ServiceParts, type SimulationParts } from './service-parts.js';

const effects: SimulationParts['effects'] = (read, provider) => {
  const payments = { find: async (orderId: string) => (await read(Payments, 'orderId', [orderId]))[0] };
  return [
    new TakePaymentEffect(payments, provider),
    new LookUpTakeEffect(payments, provider),
    new FullRefundEffect(payments, provider),
    new GoodwillEffect(provider),
  ];
};

const api: ApiParts = {
  routes: {
    'GET /payments': 'payments.read',
    'POST /payments/{id}/refunds': 'payments.refund',
    'GET /payments/refunds/awaiting-approval': 'payments.read',
    'POST /payments/{id}/refunds/{refundId}/approve': 'payments.refund',
    'POST /payments/{id}/refunds/{refundId}/reject': 'payments.refund',
    'POST /payments/webhooks/{provider}': 'everyone',
  },
  bodies: [
    {
      route: 'POST /payments/{id}/refunds',
      client: 'admin',
      path: ({ paymentId }) => `/payments/${paymentId}/refunds`,
      body: () => ({ amount: pounds(1), reason: 'other' }),
      fields: {
        amount: object,
        'amount.amount': count(1, Number.MAX_SAFE_INTEGER),
        'amount.currency': { is: 'currency' },
        reason: choice,
      },
    },
  ],
};

export const payment: ServiceParts = {
  definition,
  module,
  recovery: () => recovery,
  api,
  simulation: {
    effects,
    unique: [{ table: Payments.name, name: 'payment_id_single', properties: ['paymentId'] }],
    rowChecks: [rowCheck(Payments, paymentViolations)],
    checks: [checkMoney],
  },
};
