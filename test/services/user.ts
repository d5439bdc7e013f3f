import { recovery } from '../../apps/user/src/recovery/recovery.js';
import { user as definition, UserModule as module } from '../../apps/user/src/user.module.js';
import { KeyRings } from '../../apps/user/src/storage/tables.js';
import type { ServiceParts } from './service-parts.js';

export const user: ServiceParts = {
  definition,
  module,
  recovery,
  changedByStart: [KeyRings.name], // the signing keys
};
