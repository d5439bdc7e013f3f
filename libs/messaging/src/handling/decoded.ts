import { Poison } from '@tradewind/kernel';
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

/** Whatever a rule, an upcast or a `read` throws is about the content of the record: no record may end the process. */
export const poisonOf = (error: unknown): Poison =>
  error instanceof Poison
    ? error
    : new Poison(error instanceof Error ? error.message : String(error), { cause: error });

export type Decoded = DecodedMessage | PoisonedRecord | SkippedRecord;
