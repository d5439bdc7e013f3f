/** A message that a consumer has put aside, with its key. */
export interface ParkedFact {
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
  readonly alarmed: boolean;
}

/** A record that the broker refuses, and with it everything later of its key. */
export interface HeldFact {
  readonly service: string;
  readonly topic: string;
  readonly key: string;
  /** The record that is refused. */
  readonly message: string;
  readonly reason: string;
}

export interface WaitingFacts {
  readonly parked: readonly ParkedFact[];
  readonly alarmed: readonly SagaFact[];
  readonly held: readonly HeldFact[];
  /** Whether a key is an order's. */
  readonly isOrder: (key: string) => boolean;
}

/** Something that goes on only when an operator acts; `order` where it is an order that waits for him. */
export interface Waiting {
  readonly what: string;
  readonly ids: Readonly<Record<string, string>>;
  readonly order?: string;
}

/** What waits for an operator. An order of it is neither a violation nor clean. */
export function waitingForOperator({ parked, alarmed, held, isOrder }: WaitingFacts): readonly Waiting[] {
  const orderOf = (key: string): { order?: string } => (isOrder(key) ? { order: key } : {});
  return [
    ...parked.map(({ service, consumer, topic, key, message, cause }) => ({
      what: `a message of ${topic} is parked for ${consumer}: ${cause}`,
      ids: { service, message, key },
      ...orderOf(key),
    })),
    ...alarmed.map(({ id, step, subject }) => ({
      what: `the saga ${id} fails again and again at "${step ?? ''}"`,
      ids: { saga: id },
      ...orderOf(subject),
    })),
    ...held.map(({ service, topic, key, message, reason }) => ({
      what: `the broker refuses a record of ${topic}: ${reason}`,
      ids: { service, message, key },
      ...orderOf(key),
    })),
  ];
}
