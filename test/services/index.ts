import type { DatabaseService } from '../../tools/services.js';
import { cart } from './cart.js';
import { order } from './order.js';
import { payment } from './payment.js';
import { product } from './product.js';
import type { ApiParts, ServiceParts } from './service-parts.js';
import { user } from './user.js';

/** What the tests of the whole shop know of each service of tools/services.ts that owns a database. */
export const serviceParts: Readonly<Record<DatabaseService, ServiceParts>> = { user, product, cart, order, payment };

/** The requests about a confirmed order that buyers send to the services. */
export const requestsAbout = (orderId: string): readonly ReturnType<NonNullable<ApiParts['aboutOrder']>>[] =>
  Object.values(serviceParts).flatMap(({ api }) => api?.aboutOrder?.(orderId) ?? []);
