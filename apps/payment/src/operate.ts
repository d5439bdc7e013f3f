import { DatabaseConfig, operate, readConfig } from '@tradewind/service';
import { payment } from './payment.module.js';
import { recovery } from './recovery/recovery.js';

/** Operator commands that run with the service's own code and database. Only the running service calls the provider. */
await operate(() => readConfig(DatabaseConfig, process.env), { ...payment, recovery: () => recovery });
