import { databaseServices, describeService } from '../../services.js';

/** The message types that each consumer of the shop handles, by topic: the `consumes` of all services. */
export const consumedTypes: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = Object.assign(
  {},
  ...databaseServices.map((service) => describeService(service).consumes),
);

/** Consumers of compacted topics. Compaction removes handled records, so their inboxes can't be compared with a topic. */
export const compactedTopicConsumers: readonly string[] = databaseServices.map((service) => `${service}.keys`);

/** The service whose database has the inbox of a consumer. */
export const serviceOf = (consumer: string): string => consumer.split('.', 1)[0]!;

/** The consumers of services that publish a reply to each message. */
export const replyingConsumers: readonly string[] = databaseServices
  .map(describeService)
  .flatMap(({ replies, consumes = {} }) => (replies ? Object.keys(consumes) : []));
