import 'reflect-metadata';
import { runService } from '@tradewind/service';
import { orderConfig } from './order.config.js';
import { OrderModule } from './order.module.js';

await runService(
  () => orderConfig(process.env),
  (config) => OrderModule.forRoot(config),
);
