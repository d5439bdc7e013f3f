/** What partners read of each event. A field that is not listed is not sent: so no personal data is, also of later versions. */
const sentFields: Readonly<Record<string, readonly string[]>> = {
  'order.placed': ['orderId', 'lines', 'total', 'placedAt'],
  'order.address-changed': ['orderId', 'changedAt'],
  'order.confirmed': ['orderId', 'total', 'confirmedAt'],
  'order.rejected': ['orderId', 'reason', 'shortages', 'lines', 'rejectedAt'],
  'order.cancellation-requested': ['orderId', 'requestedAt'],
  'order.cancelled': ['orderId', 'wasConfirmed', 'cancelledAt'],
  'order.goodwill-recorded': ['orderId', 'refundId', 'amount', 'recordedAt'],
};

/** The events that an endpoint can ask for. */
export const webhookEvents: readonly string[] = Object.keys(sentFields);

/** An event of an order as it was published. */
export interface PublishedEvent {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly sequence: number;
  readonly occurredAt: string;
  /** JSON text. */
  readonly payload: string | null;
}

/** The body of a delivery: the same text in every attempt. `sequence` counts the events of one order, from 1. */
export function webhookBody({ id, type, version, sequence, occurredAt, payload }: PublishedEvent): string {
  const fields = JSON.parse(payload ?? '{}') as Readonly<Record<string, unknown>>;
  const data = Object.fromEntries(
    (sentFields[type] ?? []).flatMap((name) => (name in fields ? [[name, fields[name]]] : [])),
  );
  return JSON.stringify({ id, type, version, sequence, occurredAt, data });
}
