import 'reflect-metadata';
import { runService } from '@tradewind/service';
import { orderConfig } from './order.config.js';
import { OrderModule } from './order.module.js';

const config = orderConfig(process.env);
await runService(OrderModule.forRoot(config), config);
