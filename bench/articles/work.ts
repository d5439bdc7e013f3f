import type { MessagingOptions, Topic } from '@tradewind/messaging';

/** What is done with messages: a guarded update of a shelf, or a copy that is kept of a price. */
export const works = ['shelves', 'copies'] as const;
export type WorkName = (typeof works)[number];

/** A service that does one of them, as the library takes it. */
export interface Service {
  readonly options: MessagingOptions;
  readonly controller: object;
  /** The consumer group. */
  readonly group: string;
  /** Where it says what it has decided. */
  readonly answers: Topic | undefined;
}

/** Told of each message that is decided, as often as it is. */
export type OnDecided = () => void;
