import { operate, readConfig, SealingConfig } from '@tradewind/service';
import { recovery } from './recovery/recovery.js';
import { user } from './user.module.js';

/** Entry point of the operations of the user service. */
await operate(() => readConfig(SealingConfig, process.env), {
  ...user,
  recovery: (config) => recovery(config as SealingConfig),
});
