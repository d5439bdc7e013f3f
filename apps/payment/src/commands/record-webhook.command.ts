import { answer, command, rows, nothing, schedule, save, type HandlerContext } from '@tradewind/messaging';
import { orderOfTake } from '../domain/operation-keys.js';
import { isOverdue } from '../domain/payment.js';
import { Payments, WebhookEvents } from '../storage/payment.tables.js';

/** A provider's notification that an operation has an outcome. It is only a hint: the outcome is looked up at the provider. */
export interface WebhookNotification {
  readonly eventId: string;
  readonly type: string;
  readonly operation: string;
}

const orders = ({ operation }: WebhookNotification): string[] => {
  const order = orderOfTake(operation);
  return order === undefined ? [] : [order];
};

const load = {
  recorded: rows(WebhookEvents, ({ eventId }: WebhookNotification) => [eventId]),
  payments: rows(Payments, orders),
};

/** Records each event once. Looks up an overdue take; other operations get their outcome from their own effects. */
export const recordWebhook = command(
  'payment.record-webhook',
  load,
  (notification: WebhookNotification, { recorded, payments, now }: HandlerContext<typeof load>) => {
    if (recorded.get(notification.eventId)) return nothing().and(answer('already recorded'));
    const [payment] = payments.all();
    const overdue = payment?.status === 'requested' && isOverdue(payment, now);
    return save(WebhookEvents, { ...notification, receivedAt: now })
      .and(
        overdue
          ? schedule('payment.look-up', `${notification.operation}:look-up`, { orderId: payment.orderId })
          : nothing(),
      )
      .and(answer('recorded'));
  },
);
