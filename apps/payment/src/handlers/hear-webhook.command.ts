import { answer, command, keys, nothing, perform, save, type Given } from '@tradewind/messaging';
import { orderOfTake } from '../domain/operation-keys.js';
import { isOverdue } from '../domain/payment.js';
import { Payments, WebhookEvents } from '../storage/payment.tables.js';

/** What a notice is believed: that something has happened under a key. What it was, the provider is asked. */
export interface Notice {
  readonly eventId: string;
  readonly type: string;
  readonly operation: string;
}

const orders = ({ operation }: Notice): string[] => {
  const order = orderOfTake(operation);
  return order === undefined ? [] : [order];
};

const load = {
  heard: keys(WebhookEvents, ({ eventId }: Notice) => [eventId]),
  payments: keys(Payments, orders),
};

/** Once an event. A take that is overdue is looked up; a younger one still waits for its own answer, and everything else is asked again by itself. */
export const hearWebhook = command(
  'payment.hear-webhook',
  load,
  (notice: Notice, { heard, payments, now }: Given<typeof load>) => {
    if (heard.get(notice.eventId)) return nothing().and(answer('heard before'));
    const [payment] = payments.all();
    const overdue = payment?.status === 'requested' && isOverdue(payment, now);
    return save(WebhookEvents, { ...notice, receivedAt: now })
      .and(
        overdue ? perform('payment.look-up', `${notice.operation}:look-up`, { orderId: payment.orderId }) : nothing(),
      )
      .and(answer('heard'));
  },
);
