import { groupBy } from '@tradewind/kernel';
import { handlersOf, messageInfo } from '@tradewind/messaging';
import { serviceNames, services, type ServiceName } from './services.js';

/** A consumer group of the shop: the types that it acts on, and the topics on which they come. */
export interface Consumer {
  readonly service: ServiceName;
  readonly group: string;
  readonly types: ReadonlySet<string>;
  readonly topics: readonly string[];
}

/** All of them, as the handlers of each service are marked. */
export const consumers: readonly Consumer[] = serviceNames.flatMap((service) => {
  const marked = services[service].handlers
    .flatMap((Handler) => handlersOf(new Handler()))
    .map(({ extras }) => ({ ...messageInfo(extras.message), purpose: extras.consumer }));
  return [...groupBy(marked, ({ purpose }) => (purpose === undefined ? service : `${service}.${purpose}`))].map(
    ([group, all]) => ({
      service,
      group,
      types: new Set(all.map(({ type }) => type)),
      topics: [...new Set(all.map(({ topic }) => topic.name))],
    }),
  );
});
