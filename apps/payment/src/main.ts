import { readConfig, runService } from '@tradewind/service';
import { PaymentConfig } from './payment.config.js';
import { PaymentModule } from './payment.module.js';

const config = readConfig(PaymentConfig, process.env);
await runService(PaymentModule.forRoot(config), config);
