import { DatabaseConfig, operate, readConfig } from '@tradewind/service';
import { payment } from './payment.module.js';
import { recovery } from './recovery.js';

/** For the operator: what the service does, done in its place; the provider is asked by the living service alone. */
await operate(() => readConfig(DatabaseConfig, process.env), { ...payment, recovery: () => recovery });
