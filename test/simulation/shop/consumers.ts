import { groupBy } from '@tradewind/kernel';
import { messageInfo } from '@tradewind/messaging';
import { handlersOf } from '@tradewind/messaging/internals';
import { replyClassesOf } from '@tradewind/saga';
import { serviceNames, services, type ServiceName } from './services.js';

/** A consumer group of the shop: the message types that it handles, and their topics. */
export interface Consumer {
  readonly service: ServiceName;
  readonly group: string;
  readonly types: ReadonlySet<string>;
  readonly topics: readonly string[];
}

/** All consumer groups, read from the handlers and the sagas of each service. */
export const consumers: readonly Consumer[] = serviceNames.flatMap((service) => {
  const { handlers, messaging } = services[service];
  const replies = [...new Set((messaging.sagas ?? []).flatMap(replyClassesOf))];
  const handled = [
    ...handlers
      .flatMap((Handler) => handlersOf(new Handler()))
      .map(({ metadata }) => ({ ...messageInfo(metadata.message), purpose: metadata.consumer })),
    ...replies.map((cls) => ({ ...messageInfo(cls), purpose: undefined })),
  ];
  return [...groupBy(handled, ({ purpose }) => (purpose === undefined ? service : `${service}.${purpose}`))].map(
    ([group, all]) => ({
      service,
      group,
      types: new Set(all.map(({ type }) => type)),
      topics: [...new Set(all.map(({ topic }) => topic.name))],
    }),
  );
});
