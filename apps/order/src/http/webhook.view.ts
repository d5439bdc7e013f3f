import type { WebhookEndpoint } from '../domain/webhook-endpoint.js';
import type { PendingDelivery } from '../storage/webhook.queries.js';
import type { DeliveryAnswer, WebhookAnswer } from './webhooks.dto.js';

/** Without the secret. */
export const endpointView = (endpoint: WebhookEndpoint): WebhookAnswer => ({
  id: endpoint.endpointId,
  url: endpoint.url,
  events: endpoint.events,
  enabled: endpoint.status === 'enabled',
  createdBy: endpoint.createdBy,
  createdAt: endpoint.createdAt.toISOString(),
  ...deliveredView(endpoint),
});

export const deliveredView = ({ delivered, lastDeliveredAt }: WebhookEndpoint) => ({
  delivered,
  ...(lastDeliveredAt && { lastDeliveredAt: lastDeliveredAt.toISOString() }),
});

function stateOf({ dueIn, waitsForKey, attempts }: PendingDelivery): string {
  if (dueIn === null) return 'dead-letter';
  if (waitsForKey) return 'waiting';
  return attempts > 0 ? 'retried' : 'due';
}

export const deliveryView = (delivery: PendingDelivery): DeliveryAnswer => {
  const { payload, attempts, lastError, dueIn } = delivery;
  return {
    id: payload.id,
    type: payload.type,
    orderId: payload.key,
    occurredAt: payload.occurredAt,
    state: stateOf(delivery),
    attempts,
    ...(lastError !== null && { lastError }),
    ...(dueIn !== null && dueIn > 0 && { nextAttemptIn: Math.ceil(dueIn) }),
  };
};
