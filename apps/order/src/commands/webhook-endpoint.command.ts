import { topics } from '@tradewind/contracts';
import { isRejection } from '@tradewind/kernel';
import {
  answer,
  command,
  insert,
  nothing,
  PublicationEffects,
  remove,
  rows,
  rowsWhere,
  save,
  type Decision,
  type HandlerContext,
} from '@tradewind/messaging';
import { recordedAction, type ActingStaff } from '@tradewind/service';
import { deliverWebhook, register, unknownEndpoint, type WebhookEndpoint } from '../domain/webhook-endpoint.js';
import { WebhookEndpoints } from '../storage/order.tables.js';

interface NewEndpoint {
  readonly endpointId: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly wrappedSecret: string;
  readonly acting: ActingStaff;
}

/** From the commit on, each of these events that is published schedules a delivery. */
const deliveriesOf = ({ endpointId, events }: WebhookEndpoint) => ({
  id: endpointId,
  topic: topics.orderEvents.name,
  types: events,
  effect: deliverWebhook,
});

const all = { endpoints: rowsWhere(WebhookEndpoints, 'status', (_: NewEndpoint) => ['enabled', 'disabled']) };

/** Answers the new endpoint. Its first delivery is the first event that is published after the commit. */
export const registerEndpoint = command(
  'order.register-webhook',
  all,
  ({ acting, ...asked }: NewEndpoint, { endpoints, now, newId }: HandlerContext<typeof all>) => {
    const input = { ...asked, createdBy: acting.actor };
    const endpoint = register({ ...input, status: 'enabled', createdAt: now, delivered: 0 }, endpoints.all().length);
    if (isRejection(endpoint)) return endpoint;
    return insert(WebhookEndpoints, endpoint)
      .and(insert(PublicationEffects, deliveriesOf(endpoint)))
      .and(
        recordedAction(
          acting,
          { action: 'webhook.register', subject: endpoint.endpointId, after: { url: asked.url, events: asked.events } },
          newId(),
        ),
      )
      .and(answer('done'));
  },
);

interface EndpointSwitch {
  readonly endpointId: string;
  readonly enabled: boolean;
  readonly acting: ActingStaff;
}

const one = {
  endpoints: rows(WebhookEndpoints, ({ endpointId }: EndpointSwitch) => [endpointId]),
  publicationEffects: rows(PublicationEffects, ({ endpointId }: EndpointSwitch) => [endpointId]),
};

/** A disabled endpoint gets no event that happens meanwhile, also not later. */
export const switchEndpoint = command(
  'order.switch-webhook',
  one,
  ({ endpointId, enabled, acting }: EndpointSwitch, { endpoints, newId }: HandlerContext<typeof one>) => {
    const endpoint = endpoints.get(endpointId);
    if (!endpoint) return unknownEndpoint;
    const deliveries: Decision = enabled
      ? save(PublicationEffects, deliveriesOf(endpoint))
      : remove(PublicationEffects, endpointId);
    const status = enabled ? ('enabled' as const) : ('disabled' as const);
    return save(WebhookEndpoints, { ...endpoint, status })
      .and(deliveries)
      .and(
        recordedAction(
          acting,
          { action: 'webhook.switch', subject: endpointId, before: { status: endpoint.status }, after: { status } },
          newId(),
        ),
      )
      .and(answer('done'));
  },
);

interface RewrappedSecret {
  readonly endpointId: string;
  /** As it was read. */
  readonly before: string;
  readonly wrappedSecret: string;
}

const rewrapped = { endpoints: rows(WebhookEndpoints, ({ endpointId }: RewrappedSecret) => [endpointId]) };

export const rewrapSecret = command(
  'order.rewrap-webhook-secret',
  rewrapped,
  ({ endpointId, before, wrappedSecret }: RewrappedSecret, { endpoints }: HandlerContext<typeof rewrapped>) => {
    const endpoint = endpoints.get(endpointId);
    return endpoint?.wrappedSecret === before ? save(WebhookEndpoints, { ...endpoint, wrappedSecret }) : nothing();
  },
);
