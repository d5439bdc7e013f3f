import { operate, readConfig, SealingConfig } from '@tradewind/service';
import { user } from './user.module.js';

/** For the operator: what the service does, done in its place. */
await operate(() => readConfig(SealingConfig, process.env), user);
