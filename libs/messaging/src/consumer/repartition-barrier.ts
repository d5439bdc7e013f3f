import {
  Aborted,
  partitionKey,
  previousEndsOf,
  previousEndsText,
  unlessAborted,
  unreached,
  type IncomingRecord,
  type KafkaClient,
  type Log,
  type PartitionOffset,
  type PreviousEnds,
  type RuntimePorts,
  type TopicPartition,
} from '../ports/index.js';

const pollIntervalMs = 200;

interface Waiting extends PartitionOffset {
  readonly text: string;
  readonly previousEnds: PreviousEnds;
  /** The ends of the topic when the wait began. What is published later is not waited for. */
  ends?: ReadonlyMap<number, bigint>;
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
    const { topic, partition, offset } = record;
    // A relay publishes it behind the end of its own partition. Anybody else may have written anything.
    if (!previousEnds || (previousEnds[partition] ?? 0n) > offset) return false;
    this.#waiting.set(partitionKey(record), { topic, partition, offset, text, previousEnds });
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
    const missing = ({ partition: own, previousEnds, ends: then }: Waiting): ReturnType<typeof unreached> =>
      unreached(previousEnds, (partition) => (partition === own ? undefined : reached.get(partition)), then ?? endOf);
    // This answer does not count for a partition that began to wait after the request, or again after a rebalance.
    const current = waiting.filter(([key, each]) => this.#waiting.get(key) === each);
    for (const [, each] of current) each.ends ??= endOf;
    let open = current.filter(([, each]) => missing(each).length === 0);
    // No relay lets partitions wait for each other: somebody else wrote a header that only a relay writes.
    if (open.length === 0) open = circleOf(current, missing).slice(0, 1);
    for (const [key, { text }] of open) {
      this.#passed.add(`${topic} ${text}`);
      this.#waiting.delete(key);
    }
    if (open.length > 0) this.options.onOpen(open.map(([, partition]) => partition));
  }
}

/** The partitions that cannot be reached because they wait, directly or not, for each other. */
function circleOf(
  waiting: readonly [string, Waiting][],
  missing: (each: Waiting) => ReturnType<typeof unreached>,
): [string, Waiting][] {
  let circle = [...waiting];
  for (;;) {
    const offsets = new Map(circle.map(([, { partition, offset }]) => [partition, offset]));
    const rest = circle.filter(([, each]) =>
      missing(each).some(({ partition, end }) => (offsets.get(partition) ?? end) < end),
    );
    if (rest.length === circle.length) return rest;
    circle = rest;
  }
}
