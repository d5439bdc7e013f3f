import { connectKafka } from '../environment/kafka.js';

/** What a consumer of a topic has received. */
export interface Received {
  /** When each message arrived, in nanoseconds of the clock of the machine. */
  readonly at: ReadonlyMap<string, bigint>;
  /** Records that arrived again, and records that did not follow their predecessor with the same key. */
  readonly repeated: number;
  readonly outOfOrder: number;
  /** Throws when the consumer has failed. */
  check(): void;
  close(): Promise<void>;
}

/** Reads everything on a topic. Resolves when what is there has been read. */
export async function consume(brokers: string, topic: string): Promise<Received> {
  const kafka = connectKafka(brokers, 'bench-consumer');
  const [at, last] = [new Map<string, bigint>(), new Map<string, number>()];
  let failure: Error | undefined;
  const received = {
    at,
    repeated: 0,
    outOfOrder: 0,
    check: () => {
      if (failure) throw failure;
    },
    close: async () => {
      await tail.close();
      await kafka.close();
    },
  };
  const tail = await kafka.tail({
    topics: [topic],
    onFatal: (error) => (failure = error),
    onRecords: (records) => {
      const now = process.hrtime.bigint();
      for (const { key, headers } of records) {
        const [id, sequence] = [headers['ce_id']!, Number(headers['ce_sequence'])];
        if (at.has(id)) received.repeated++;
        else if (sequence !== (last.get(key!) ?? 0) + 1) received.outOfOrder++;
        at.set(id, at.get(id) ?? now);
        last.set(key!, sequence);
      }
    },
  });
  await tail.caughtUp;
  return received;
}
