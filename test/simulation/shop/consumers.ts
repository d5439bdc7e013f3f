import { groupBy } from '@tradewind/kernel';
import { handlersOf } from '@tradewind/messaging/internals';
import { messageInfo } from '@tradewind/messaging/message';
import { replyClassesOf } from '@tradewind/saga';
import { serviceParts } from '../../services/index.js';
import type { Consumer } from '../check/final-state.js';
import { simulatedServices } from '../scenario/simulated-services.js';

/** All consumer groups, read from the handlers and the sagas of each service. */
export const consumers: readonly Consumer[] = simulatedServices.flatMap((service) => {
  const { handlers, messaging } = serviceParts[service].definition;
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
