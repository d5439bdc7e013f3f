import { operate } from '@tradewind/service';
import { orderConfig } from './order.config.js';
import { order } from './order.module.js';
import { recovery } from './recovery.js';

/** For the operator: what the service does, done in its place. */
await operate(() => orderConfig(process.env), { ...order, recovery: () => recovery });
