import { readConfig, runService } from '@tradewind/service';
import { PaymentConfig } from './payment.config.js';
import { PaymentModule } from './payment.module.js';

await runService(
  () => readConfig(PaymentConfig, process.env),
  (config) => PaymentModule.forRoot(config),
);
