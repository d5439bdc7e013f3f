import { operate, readConfig, SealingConfig } from '@tradewind/service';
import { recovery } from './recovery.js';
import { user } from './user.module.js';

/** For the operator: what the service does, done in its place. */
await operate(() => readConfig(SealingConfig, process.env), {
  ...user,
  recovery: (config) => recovery(config as SealingConfig),
});
