import type { CommittedOffset, TopicPartition } from '@tradewind/messaging/internals';
import type { ProcessCore } from '../process/process-core.js';
import type { BrokerConnection } from './broker-connection.js';
import type { Fetched } from './partition-log.js';

/** Milliseconds after which a fetch without records returns empty. */
const fetchTimeout = 1_000;
/** Microseconds between two attempts while the broker is unavailable. */
const retryDelay = { min: 200_000, max: 2_000_000 };

const partitionKey = ({ topic, partition }: TopicPartition): string => `${topic}:${partition}`;

/** Reads some partitions, one fetch at a time, and delivers the records partition by partition. */
export class LogReader {
  readonly #offsets = new Map<string, CommittedOffset>();
  #session = 0;
  #fetching = false;
  #paused = false;
  readonly #pausedPartitions = new Set<string>();
  #lastFetch: number;
  /** Set while a fetch waits for records. */
  #waitingSince: number | undefined;

  constructor(
    private readonly connection: BrokerConnection,
    private readonly onFetched: (fetched: Fetched) => void,
  ) {
    this.#lastFetch = this.#now;
    connection.onClose(() => this.stop());
  }

  get #process(): ProcessCore {
    return this.connection.process;
  }

  /** Reads only these partitions from now on. Records that were fetched before are dropped. */
  read(offsets: readonly CommittedOffset[]): void {
    this.stop();
    for (const offset of offsets) this.#offsets.set(partitionKey(offset), offset);
    this.#fetch();
  }

  stop(): void {
    this.#session++;
    this.#fetching = false;
    this.#waitingSince = undefined;
    this.#offsets.clear();
  }

  /** Starts no further fetch of these partitions, or of any. A running fetch is still delivered. */
  pause(partitions?: readonly TopicPartition[]): void {
    if (partitions) for (const partition of partitions) this.#pausedPartitions.add(partitionKey(partition));
    else this.#paused = true;
  }

  /** Abandons a running fetch, because it does not include the resumed partitions. */
  resume(partitions?: readonly TopicPartition[]): void {
    if (partitions) for (const partition of partitions) this.#pausedPartitions.delete(partitionKey(partition));
    else {
      this.#paused = false;
      this.#pausedPartitions.clear();
    }
    if (partitions) this.seek([]);
    else this.#fetch();
  }

  /** Abandons a running fetch, because it may be waiting behind the new offsets. */
  seek(offsets: readonly CommittedOffset[]): void {
    for (const offset of offsets)
      if (this.#offsets.has(partitionKey(offset))) this.#offsets.set(partitionKey(offset), offset);
    this.#session++;
    this.#fetching = false;
    this.#waitingSince = undefined;
    this.#fetch();
  }

  lastFetchAt(): number {
    return this.#lastFetchTime();
  }

  #fetch(): void {
    const offsets = [...this.#offsets.values()].filter((offset) => !this.#pausedPartitions.has(partitionKey(offset)));
    if (this.#fetching || this.#paused || offsets.length === 0) return;
    this.#fetching = true;
    const session = this.#session;
    const wait = (): Promise<Fetched[]> => {
      if (session === this.#session) this.#waitingSince = this.#now;
      return this.connection.kafka.fetch(offsets);
    };
    this.connection.call('fetch', wait).then(
      (batches) => {
        if (session !== this.#session) return;
        this.#waitingSince = undefined;
        this.#lastFetch = this.#now;
        this.#deliverBatches(session, batches);
      },
      () => {
        if (session !== this.#session) return;
        this.#lastFetch = this.#lastFetchTime();
        this.#waitingSince = undefined;
        this.#process.deliver(
          this.#process.engine.random.between(retryDelay.min, retryDelay.max),
          'fetches again',
          () => this.#next(session),
        );
      },
    );
  }

  get #now(): number {
    return this.#process.runtimePorts.clock.now().getTime();
  }

  /** A waiting fetch returns empty every second. That is calculated, not simulated. */
  #lastFetchTime(): number {
    return this.#waitingSince === undefined
      ? this.#lastFetch
      : this.#now - ((this.#now - this.#waitingSince) % fetchTimeout);
  }

  #deliverBatches(session: number, [batch, ...rest]: readonly Fetched[]): void {
    if (!batch) return this.#next(session);
    this.#process.deliver(this.#process.engine.random.between(1, 300), 'delivers records', () => {
      if (session !== this.#session) return;
      const { topic, partition, to: offset } = batch;
      this.#offsets.set(partitionKey(batch), { topic, partition, offset });
      this.onFetched(batch);
      this.#deliverBatches(session, rest);
    });
  }

  #next(session: number): void {
    if (session !== this.#session) return;
    this.#fetching = false;
    this.#fetch();
  }
}
