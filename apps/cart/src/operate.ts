import { operate } from '@tradewind/service';
import { cartConfig } from './cart.config.js';
import { cart } from './cart.module.js';
import { recovery } from './recovery/recovery.js';

/** Operator commands that run with the service's own code and database. */
await operate(() => cartConfig(process.env), { ...cart, recovery: () => recovery });
