import type { DatabaseService } from '../../tools/services.js';
import { cart } from './cart.js';
import { order } from './order.js';
import { payment } from './payment.js';
import { product } from './product.js';
import type { ServiceParts } from './service-parts.js';
import { user } from './user.js';

/** What the tests of the whole shop know of each service of tools/services.ts that owns a database. */
export const serviceParts: Readonly<Record<DatabaseService, ServiceParts>> = { user, product, cart, order, payment };
