import { Module, type DynamicModule } from '@nestjs/common';
import { contracts, topics } from '@tradewind/contracts';
import type { MessagingOptions } from '@tradewind/messaging';
import { ServiceModule, type Operable } from '@tradewind/service';
import { CreatePaymentsAndLedger1760000000001 } from '../migrations/0001-create-payments-and-ledger.js';
import { CreateWebhookEvents1760000000002 } from '../migrations/0002-create-webhook-events.js';
import { answerWithin } from './domain/payment.js';
import { GiveBackEffect } from './effects/give-back.effect.js';
import { GoodwillEffect } from './effects/goodwill.effect.js';
import { LookUpTakeEffect } from './effects/look-up-take.effect.js';
import { Provider, ProviderLife } from './effects/provider.js';
import { TakePaymentEffect } from './effects/take-payment.effect.js';
import { RefundPaymentHandler } from './handlers/refund-payment.handler.js';
import { TakePaymentHandler } from './handlers/take-payment.handler.js';
import { PaymentsController } from './http/payments.controller.js';
import { WebhooksController } from './http/webhooks.controller.js';
import { PaymentConfig } from './payment.config.js';
import { HttpProvider } from './provider/http-provider.js';
import { PaymentQueries } from './storage/payment.queries.js';
import { lockOrder } from './storage/payment.tables.js';

const effects = [TakePaymentEffect, LookUpTakeEffect, GiveBackEffect, GoodwillEffect];

export const messaging: MessagingOptions = {
  service: 'payment',
  contracts,
  lockOrder,
  effects,
  deadLetters: topics.paymentDeadLetters,
};

export const handlers = [TakePaymentHandler, RefundPaymentHandler];

export const payment: Operable = {
  messaging,
  handlers,
  migrations: [CreatePaymentsAndLedger1760000000001, CreateWebhookEvents1760000000002],
};

/** The money of orders: taken, given back, and kept book of. `provider`: who holds it, where that is not at PROVIDER_URL. */
@Module({})
export class PaymentModule {
  static forRoot(config: PaymentConfig, provider?: Provider): DynamicModule {
    return {
      module: PaymentModule,
      imports: [ServiceModule.forRoot({ config, ...payment })],
      controllers: [PaymentsController, WebhooksController, ...handlers],
      providers: [
        { provide: PaymentConfig, useValue: config },
        {
          provide: Provider,
          useFactory: () => provider ?? new HttpProvider({ url: config.PROVIDER_URL, answerWithin }),
        },
        ProviderLife,
        PaymentQueries,
        ...effects,
      ],
    };
  }
}
