import { operate } from '@tradewind/service';
import { orderConfig } from './order.config.js';
import { order } from './order.module.js';
import { recovery } from './recovery/recovery.js';

/** Operator commands that run with the service's own code and database. */
await operate(() => orderConfig(process.env), { ...order, recovery: () => recovery });
