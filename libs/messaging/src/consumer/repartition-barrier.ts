import {
  Aborted,
  hasReached,
  partitionKey,
  previousEndsOf,
  previousEndsText,
  unlessAborted,
  type IncomingRecord,
  type KafkaClient,
  type Log,
  type PreviousEnds,
  type RuntimePorts,
  type TopicPartition,
} from '../ports/index.js';

const pollIntervalMs = 200;

interface Waiting extends TopicPartition {
  readonly text: string;
  readonly previousEnds: PreviousEnds;
}

export interface RepartitionBarrierOptions {
  readonly group: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** These partitions may be read again. */
  readonly onOpen: (partitions: readonly TopicPartition[]) => void;
}

/**
 * Keeps the order of keys across a partition increase. A record from after the increase is handled only when the group has
 * committed everything from before it, on all partitions. Until then the record's partition waits.
 */
export class RepartitionBarrier {
  readonly #passed = new Set<string>();
  readonly #waiting = new Map<string, Waiting>();
  #polling: Promise<void> | undefined;

  constructor(
    private readonly kafka: Pick<KafkaClient, 'committedOffsets' | 'endOffsets'>,
    private readonly ports: Pick<RuntimePorts, 'timers'>,
    private readonly options: RepartitionBarrierOptions,
  ) {}

  /** Whether the record must wait. Nothing more of its partition may be begun then. */
  mustWait(record: IncomingRecord): boolean {
    const text = previousEndsText(record);
    if (text === undefined || this.#passed.has(`${record.topic} ${text}`)) return false;
    const previousEnds = previousEndsOf(record);
    if (!previousEnds) return false;
    const { topic, partition } = record;
    this.#waiting.set(partitionKey(record), { topic, partition, text, previousEnds });
    this.#polling ??= this.#poll().finally(() => (this.#polling = undefined));
    return true;
  }

  /** After a rebalance the committed offsets may differ. Returns the partitions that waited: their records arrive again. */
  reset(): readonly TopicPartition[] {
    const waited = [...this.#waiting.values()];
    this.#passed.clear();
    this.#waiting.clear();
    return waited;
  }

  async #poll(): Promise<void> {
    const { group, log, signal } = this.options;
    while (this.#waiting.size > 0 && !signal.aborted) {
      try {
        for (const topic of new Set([...this.#waiting.values()].map((each) => each.topic))) await this.#open(topic);
      } catch (error) {
        if (error instanceof Aborted) return;
        log('warn', 'committed offsets are not available: records after a partition increase wait', {
          group,
          error: String(error),
        });
      }
      if (this.#waiting.size > 0) await this.ports.timers.wait(pollIntervalMs, signal);
    }
  }

  async #open(topic: string): Promise<void> {
    const waiting = [...this.#waiting].filter(([, each]) => each.topic === topic);
    const [ends, committed] = await unlessAborted(
      this.options.signal,
      Promise.all([this.kafka.endOffsets([topic]), this.kafka.committedOffsets(this.options.group, [topic])]),
    );
    const reached = new Map(ends.map(({ partition, start }) => [partition, start]));
    for (const { partition, offset } of committed)
      if (offset > (reached.get(partition) ?? 0n)) reached.set(partition, offset);
    const endOf = new Map(ends.map(({ partition, end }) => [partition, end]));
    // This answer does not count for a partition that began to wait after the request, or again after a rebalance.
    const open = waiting.filter(
      ([key, each]) =>
        this.#waiting.get(key) === each && hasReached(each.previousEnds, (partition) => reached.get(partition), endOf),
    );
    for (const [key, { text }] of open) {
      this.#passed.add(`${topic} ${text}`);
      this.#waiting.delete(key);
    }
    if (open.length > 0) this.options.onOpen(open.map(([, partition]) => partition));
  }
}
