import { systemTimers } from '@tradewind/messaging/internals';
import { readConfig, runService } from '@tradewind/service';
import { PaymentConfig } from '../../apps/payment/src/payment.config.js';
import { PaymentModule } from '../../apps/payment/src/payment.module.js';
import { InProcessProvider } from '../../apps/payment/src/provider/in-process-provider.js';

/** The payment service with a provider in the same process that answers at once, so that only the shop is measured. */
await runService(
  () => readConfig(PaymentConfig, process.env),
  (config) => PaymentModule.forRoot(config, new InProcessProvider({ timers: systemTimers })),
);
