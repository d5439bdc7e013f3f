import { operate } from '@tradewind/service';
import { productConfig } from './product.config.js';
import { product } from './product.module.js';
import { recovery } from './recovery.js';

/** For the operator: what the service does, done in its place. */
await operate(() => productConfig(process.env), { ...product, recovery: () => recovery });
