/** A message that a consumer could not handle, or that waits behind one. */
export interface DeadLetterFact {
  readonly service: string;
  readonly consumer: string;
  readonly topic: string;
  readonly key: string;
  readonly message: string;
  readonly cause: string;
}

export interface SagaFact {
  readonly id: string;
  readonly saga: string;
  readonly subject: string;
  readonly status: string;
  readonly step: string | null;
  readonly stuck: boolean;
}

/** A key of the outbox whose next record the broker rejects. */
export interface BlockedKeyFact {
  readonly service: string;
  readonly topic: string;
  readonly key: string;
  /** The rejected record. */
  readonly message: string;
  readonly reason: string;
}

export interface WaitingFacts {
  readonly deadLetters: readonly DeadLetterFact[];
  readonly stuckSagas: readonly SagaFact[];
  readonly blockedKeys: readonly BlockedKeyFact[];
  /** Whether a key is an order's id. */
  readonly isOrder: (key: string) => boolean;
}

/** Something that continues only when an operator acts. */
export interface Waiting {
  readonly what: string;
  readonly ids: Readonly<Record<string, string>>;
  /** The order that waits, if it is one. */
  readonly order?: string;
}

/** What waits for an operator. An order that waits is no violation, and the shop is not clean. */
export function waitingForOperator({
  deadLetters,
  stuckSagas,
  blockedKeys,
  isOrder,
}: WaitingFacts): readonly Waiting[] {
  const orderOf = (key: string): { order?: string } => (isOrder(key) ? { order: key } : {});
  return [
    ...deadLetters.map(({ service, consumer, topic, key, message, cause }) => ({
      what: `a message of ${topic} is a dead letter of ${consumer}: ${cause}`,
      ids: { service, message, key },
      ...orderOf(key),
    })),
    ...stuckSagas.map(({ id, step, subject }) => ({
      what: `the saga ${id} fails again and again at "${step ?? ''}"`,
      ids: { saga: id },
      ...orderOf(subject),
    })),
    ...blockedKeys.map(({ service, topic, key, message, reason }) => ({
      what: `the broker rejects a record of ${topic}: ${reason}`,
      ids: { service, message, key },
      ...orderOf(key),
    })),
  ];
}
