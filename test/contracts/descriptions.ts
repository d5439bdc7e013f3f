import type { ServiceDescription } from '@tradewind/messaging/internals';
import { describeDefinition } from '@tradewind/service';
import { databaseServices } from '../../tools/services.js';
import { serviceParts } from '../services/index.js';

/** Each service with a database. The gateway has no consumer group and publishes its instances only. */
export const descriptions: readonly ServiceDescription[] = databaseServices.map((service) =>
  describeDefinition(serviceParts[service].definition),
);
