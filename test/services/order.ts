import { CartCheckedOut } from '@tradewind/contracts';
import { order as definition, OrderModule as module } from '../../apps/order/src/order.module.js';
import { recovery } from '../../apps/order/src/recovery/recovery.js';
import { checkAcceptance } from '../simulation/check/check-acceptance.js';
import { checkSagas } from '../simulation/check/check-sagas.js';
import type { ServiceParts } from './service-parts.js';

export const order: ServiceParts = {
  definition,
  module,
  recovery: () => recovery,
  simulation: { checks: [checkAcceptance, checkSagas] },
  batches: { first: { order: [CartCheckedOut] } },
};
