import { randomUUID } from 'node:crypto';
import type { OutboxRow, PublishedRow, TraceContext, UnpublishedRow } from '@tradewind/messaging/internals';

export const aTrace = {
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00',
  tracestate: 'vendor=value',
  baggage: 'tenant=blue',
} satisfies TraceContext;

/** A message for the outbox. */
export const outboxRow = (rest: Partial<OutboxRow> = {}): OutboxRow => ({
  id: randomUUID(),
  topic: 'things.events',
  key: 'k',
  type: 'thing.made',
  version: 1,
  payload: '{}',
  causation: randomUUID(),
  correlation: 'k',
  traceparent: null,
  occurredAt: new Date('2026-01-01T00:00:00.000Z'),
  headers: null,
  archived: true,
  ...rest,
});

/** The rows as published on partition 0, at 0, 1, 2 … */
export const published = (rows: readonly UnpublishedRow[]): PublishedRow[] =>
  rows.map(({ position }, index) => ({ position, partition: 0, offset: BigInt(index) }));
