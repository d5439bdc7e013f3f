import type { Poison } from '@tradewind/kernel';
import type { MessageClass } from '../message/index.js';
import type { Envelope } from '../outbox/envelope.js';
import type { IncomingRecord } from '../ports/index.js';

interface DecodedRecord {
  readonly record: IncomingRecord;
  /** The id in the envelope; derived from topic, partition and offset where there is none. */
  readonly id: string;
  readonly orderingKey: string;
}

/** A record that is a valid message. */
export interface DecodedMessage extends DecodedRecord {
  readonly envelope: Envelope;
  readonly cls: MessageClass;
  readonly message: object;
  readonly poison?: undefined;
  readonly skipped?: undefined;
}

/** A record that is no valid message, with the reason. */
export interface PoisonedRecord extends DecodedRecord {
  readonly poison: Poison;
  readonly skipped?: undefined;
}

/** A record that is not handled: an event of an unknown type, with that type, or a foreign record that `read` ignores. */
export interface SkippedRecord extends DecodedRecord {
  readonly skipped: { readonly unknownType: string } | 'ignored';
  readonly poison?: undefined;
}

export type Decoded = DecodedMessage | PoisonedRecord | SkippedRecord;
