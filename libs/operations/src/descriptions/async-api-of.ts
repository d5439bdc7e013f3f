import type { INestApplicationContext } from '@nestjs/common';
import { messagingToken } from '@tradewind/messaging';
import { DescriptionWriter, type ServiceDescription } from '@tradewind/messaging/internals';
import { asyncApi, type AsyncApiDocument, type AsyncApiOptions } from './async-api.js';

/** What the service of an application is. `messaging`: the name of its MessagingModule, in an application with several. */
export const descriptionOf = (app: INestApplicationContext, messaging?: string): ServiceDescription =>
  app.get<DescriptionWriter>(messagingToken(DescriptionWriter, messaging), { strict: false }).describe();

/**
 * The AsyncAPI 3 document of an application with a MessagingModule: what its service publishes and consumes. For a document of several
 * services, give their descriptions to `asyncApi`.
 */
export const asyncApiOf = (
  app: INestApplicationContext,
  { messaging, ...options }: AsyncApiOptions & { readonly messaging?: string },
): AsyncApiDocument => asyncApi([descriptionOf(app, messaging)], options);
