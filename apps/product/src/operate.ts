import { operate } from '@tradewind/service';
import { productConfig } from './product.config.js';
import { product } from './product.module.js';
import { recovery } from './recovery/recovery.js';

/** Operator commands that run with the service's own code and database. */
await operate(() => productConfig(process.env), { ...product, recovery: () => recovery });
