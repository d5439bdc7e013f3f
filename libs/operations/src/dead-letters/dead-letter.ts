import type { OfService } from '../databases/databases.js';

/** An ordering key that waits behind a dead letter: its first message could not be handled or published. */
export interface BlockedKey {
  /** The consumer that can't handle it, `outbox`: the broker rejects it, or `effects`: its calls failed too often. */
  readonly consumer: string;
  readonly topic: string;
  /** Of its first message; null where the message does not say it. */
  readonly type: string | null;
  readonly key: string | null;
  readonly orderingKey: string;
  readonly state: 'blocked' | 'redriving';
  readonly cause: string;
  readonly detail: string;
  readonly attempts: number;
  readonly blockedAt: Date;
  readonly messages: number;
  /** The id of its first message. */
  readonly first: string | null;
}

export interface DeadLetter extends Omit<BlockedKey, 'messages' | 'first'> {
  readonly id: string;
  /** Null for a message that is not published. */
  readonly partition: number | null;
  readonly offset: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly waitsSince: Date;
  /** How many messages of the key wait before it, and behind it. */
  readonly before: number;
  readonly behind: number;
}

/** Stands for the consumer of a message that its own service could not publish. */
export const outbox = 'outbox';

/** Stands for the consumer of an effect whose calls failed too often. Its topic is the name of the effect. */
export const effects = 'effects';

/** A blocked key as the subject of an operator's action. */
export const subjectOf = ({ consumer, orderingKey }: Pick<BlockedKey, 'consumer' | 'orderingKey'>): string =>
  `${consumer} ${orderingKey.replace('\n', ' ')}`;

export interface Discarded {
  /** How many messages of the key still wait. */
  readonly left: number;
  readonly redriven: boolean;
}

/** An action on the first dead letter of a key. */
export interface FirstLetterAction {
  readonly reason: string;
  /** Redrive the key afterwards. */
  readonly thenRedrive: boolean;
}

/** Where dead letters are: in the inboxes of consumers, in an outbox, or among the effects. */
export interface DeadLetterSource {
  /** At most `limit` of each service: those that are blocked longest. */
  list(limit: number): Promise<OfService<BlockedKey>[]>;
  find(id: string): Promise<OfService<DeadLetter>[]>;
  redrive(key: OfService<BlockedKey>, reason: string): Promise<void>;
  discard(letter: OfService<DeadLetter>, action: FirstLetterAction): Promise<Discarded>;
  edit(letter: OfService<DeadLetter>, value: string, action: FirstLetterAction): Promise<void>;
}
