import { table, type UnpublishedRow } from '../ports/index.js';

/**
 * Schedules the effect `effect` with the key `id` for each message of these types that this service publishes on the topic: in the transaction
 * that archives the message, in the order of publication. So the decision that publishes a message does nothing for it, and costs nothing more.
 * Save a row to begin, with the first message that is published after the commit; remove it to end.
 */
export interface PublicationEffect {
  readonly id: string;
  readonly topic: string;
  /** Message types: `order.confirmed`. */
  readonly types: readonly string[];
  readonly effect: string;
}

/** The publication effects of a service. Put it into the lock order of a service that saves them. */
export const PublicationEffects = table<PublicationEffect>('msg_publication_effects', 'id', {
  id: 'text',
  topic: 'text',
  types: 'jsonb',
  effect: 'text',
});

/** The payload of such an effect: the message as it was published. */
export interface PublishedMessage {
  /** The id of the publication effect. */
  readonly target: string;
  /** The id of the message: the same in every call. */
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly topic: string;
  readonly key: string;
  /** 1, 2, 3 … for each topic and key. */
  readonly sequence: number;
  /** ISO 8601. */
  readonly occurredAt: string;
  /** JSON text of the fields, sealed fields still sealed; null for a tombstone. */
  readonly payload: string | null;
}

/** What is scheduled for a row. */
export const payloadOf = (target: string, row: UnpublishedRow): PublishedMessage => ({
  target,
  id: row.id,
  type: row.type,
  version: row.version,
  topic: row.topic,
  key: row.key,
  sequence: Number(row.sequence),
  occurredAt: row.occurredAt.toISOString(),
  payload: row.payload,
});
