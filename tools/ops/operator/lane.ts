/** A key that waits: the message that could not be handled or published, and everything of its key behind it. */
export interface Lane {
  /** Whose inbox it is that can't take it, or `outbox`: the broker refuses it. */
  readonly consumer: string;
  readonly lane: string;
  readonly topic: string;
  readonly key: string | null;
  readonly state: 'parked' | 'releasing';
  readonly cause: string;
  readonly detail: string;
  readonly tries: number;
  readonly parkedAt: Date;
  readonly messages: number;
  readonly first: string | null;
}

export interface ParkedMessage extends Omit<Lane, 'messages' | 'first'> {
  readonly id: string;
  /** Null where it has not been published. */
  readonly partition: number | null;
  readonly offset: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly waitsSince: Date;
  readonly before: number;
  readonly behind: number;
}

/** Stands for the consumer where a message has not got out of its own service. */
export const outbox = 'outbox';

export const subjectOf = (consumer: string, lane: string): string => `${consumer} ${lane.replace('\n', ' ')}`;
