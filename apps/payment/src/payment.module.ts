import { Module, type DynamicModule } from '@nestjs/common';
import { contracts, topics } from '@tradewind/contracts';
import { ServiceModule, StaffActions, type ServiceDefinition } from '@tradewind/service';
import { CreatePaymentsAndLedger1760000000001 } from '../migrations/0001-create-payments-and-ledger.js';
import { answerTimeoutMs } from './domain/payment.js';
import { FullRefundEffect } from './effects/full-refund.effect.js';
import { GoodwillEffect } from './effects/goodwill.effect.js';
import { LookUpTakeEffect } from './effects/look-up-take.effect.js';
import { Provider, ProviderShutdown } from './effects/provider.js';
import { TakePaymentEffect } from './effects/take-payment.effect.js';
import { RefundPaymentHandler } from './handlers/refund-payment.handler.js';
import { TakePaymentHandler } from './handlers/take-payment.handler.js';
import { PaymentsController } from './http/payments.controller.js';
import { RefundRequestsController } from './http/refund-requests.controller.js';
import { WebhooksController } from './http/webhooks.controller.js';
import { PaymentConfig } from './payment.config.js';
import { HttpProvider } from './provider/http-provider.js';
import { PaymentQueries } from './storage/payment.queries.js';
import { RefundRequestQueries } from './storage/refund-request.queries.js';
import { lockOrder } from './storage/payment.tables.js';

/** Calls to the payment provider. */
const effects = [TakePaymentEffect, LookUpTakeEffect, FullRefundEffect, GoodwillEffect];

export const messaging: ServiceDefinition['messaging'] = {
  service: 'payment',
  contracts,
  lockOrder: [...lockOrder, StaffActions],
  effects,
  deadLetters: topics.paymentDeadLetters,
};

/** Both consume `payment.commands`. */
export const handlers = [TakePaymentHandler, RefundPaymentHandler];

export const payment: ServiceDefinition = {
  messaging,
  handlers,
  migrations: [CreatePaymentsAndLedger1760000000001],
};

/** Payments of orders, their refunds and the ledger. `provider` replaces the one at PROVIDER_URL. */
@Module({})
export class PaymentModule {
  static forRoot(config: PaymentConfig, provider?: Provider): DynamicModule {
    return {
      module: PaymentModule,
      imports: [ServiceModule.forRoot({ config, ...payment })],
      controllers: [PaymentsController, RefundRequestsController, WebhooksController, ...handlers],
      providers: [
        { provide: PaymentConfig, useValue: config },
        {
          provide: Provider,
          useFactory: () =>
            provider ??
            new HttpProvider({ url: config.PROVIDER_URL, apiKey: config.PROVIDER_API_KEY, answerTimeoutMs }),
        },
        ProviderShutdown,
        PaymentQueries,
        RefundRequestQueries,
        ...effects,
      ],
    };
  }
}
