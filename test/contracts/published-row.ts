import type { UnpublishedRow } from '@tradewind/messaging/internals';
import type { GoldenRecord } from './golden-records.js';

const id = '01935b2e-7c00-7a4e-9d31-5f2b8c6e1a07';

type Row = UnpublishedRow & { readonly id: string };

/** A golden record in the outbox, the seventh of its key. */
export const publishedRow = ({ topic, key, type, version, value }: GoldenRecord): Row => ({
  position: 1n,
  sequence: 7n,
  id,
  topic,
  key,
  type,
  version,
  payload: value === null ? null : JSON.stringify(value),
  causation: id,
  correlation: key,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  occurredAt: new Date('2026-03-04T11:26:53.042Z'),
  headers: null,
  archived: true,
});
