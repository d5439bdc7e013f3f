import { operate } from '@tradewind/service';
import { cartConfig } from './cart.config.js';
import { cart } from './cart.module.js';
import { recovery } from './recovery.js';

/** For the operator: what the service does, done in its place. */
await operate(() => cartConfig(process.env), { ...cart, recovery: () => recovery });
