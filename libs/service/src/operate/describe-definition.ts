import { describeService, type ServiceDescription } from '@tradewind/messaging/internals';
import { handlersOfEveryService } from '../every-service.js';
import type { ServiceDefinition } from './service-definition.js';

/** What a service of the shop is, with the handlers that every service has. Needs no connection and no configuration. */
export function describeDefinition({ messaging, handlers, sealing = false }: ServiceDefinition): ServiceDescription {
  const { service, contracts, sagas = [], effects = [], ignored = {}, deadLetters } = messaging;
  return describeService({
    service,
    messages: contracts.classes,
    controllers: [...handlersOfEveryService(sealing), ...handlers],
    sagas,
    effects,
    ignored,
    ...(deadLetters ? { deadLetters } : {}),
  });
}
