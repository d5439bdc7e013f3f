import type { StartShop } from '../../orders/shop-under-test.js';
import { startNestShop } from '../nest-shop/start.js';

/**
 * The shop as services that call each other: the caller waits until stock, payment and order have answered one after another. There is no broker
 * and no message. A failure in the middle is compensated if possible.
 */
export const startHttp: StartShop = (environment) =>
  startNestShop('http', new URL('main.js', import.meta.url), environment, undefined);
