import {
  Aborted,
  backOff,
  KafkaAccessRefused,
  unlessAborted,
  withTimeout,
  type KafkaClient,
  type Log,
  type RuntimePorts,
  type Subscription,
  type SubscriptionOptions,
  type TopicPartition,
} from '../ports/index.js';

/** A client without a fetch for so long is replaced. kafkajs's own recovery takes up to 20 s. */
const maxSilenceMs = 30_000;
const watchIntervalMs = 5_000;
/** Longest wait for the last commit of offsets. Without it some messages arrive again; they are in the inbox. */
const finalCommitTimeoutMs = 1_000;

export interface ResilientSubscriptionOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly onRecords: SubscriptionOptions['onRecords'];
  readonly onUnreadable: NonNullable<SubscriptionOptions['onUnreadable']>;
  /** Everything received and not committed arrives again, at the instance that is assigned it now. */
  readonly onReset: (assigned?: readonly TopicPartition[]) => void;
  readonly onFatal: (error: Error) => void;
  readonly log: Log;
}

/**
 * A member of a consumer group that outlives its Kafka client: a client that fetched nothing for half a minute, not even an empty
 * answer, or cannot commit any more, is closed and another one opened, as often as needed. So is one that the brokers refuse after it
 * has fetched: a password is changed at one place before the other.
 */
export class ResilientSubscription {
  readonly #stopping = new AbortController();
  #subscription: Subscription | undefined;
  #watching: Promise<void> | undefined;
  #lost = false;
  #refused: KafkaAccessRefused | undefined;
  #hasFetched = false;
  #openedAt = 0;
  #lastFetch = 0;
  #rebalances = 0;

  constructor(
    private readonly kafka: KafkaClient,
    private readonly ports: RuntimePorts,
    private readonly options: ResilientSubscriptionOptions,
  ) {}

  /** Rejects when the broker is unavailable; may then be called again. */
  async join(): Promise<void> {
    await this.#subscribe();
    this.#watching ??= this.#watch();
  }

  /** Undefined while there is none. */
  get current(): Subscription | undefined {
    return this.#subscription;
  }

  /** Milliseconds since the last fetch returned. */
  get silenceMs(): number {
    const now = this.ports.clock.now().getTime();
    // A clock that was set back must not hide a silence.
    this.#lastFetch = Math.min(now, Math.max(this.#lastFetch, this.#subscription?.lastFetchAt() ?? 0));
    return this.#lastFetch === 0 ? 0 : now - this.#lastFetch;
  }

  /** Why the brokers refuse it; undefined while it fetches. */
  get denial(): string | undefined {
    return this.#fetches && !this.#lost ? undefined : this.#refused?.message;
  }

  /** How often partitions were assigned. */
  get rebalances(): number {
    return this.#rebalances;
  }

  /** Leaves the group, so that others take over at once. The commit before it must not wait for a broker that is unavailable. */
  async leave(commit: (subscription: Subscription) => Promise<void>): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
    if (!this.#subscription) return;
    await withTimeout(this.ports.timers, finalCommitTimeoutMs, commit(this.#subscription), undefined);
    await this.#subscription.close();
  }

  async #subscribe(): Promise<void> {
    const { group, topics, log, onRecords, onUnreadable, onReset } = this.options;
    let isClosed = false;
    const opened = await this.kafka.subscribe({
      group,
      topics,
      onRecords: (...fetched) => {
        if (!isClosed) onRecords(...fetched);
      },
      onUnreadable: (at, reason) => {
        if (isClosed) return;
        log('error', 'records cannot be read: the partition waits', {
          group,
          ...at,
          offset: at.offset.toString(),
          reason,
        });
        onUnreadable(at, reason);
      },
      onAssigned: (partitions) => {
        this.#rebalances++;
        if (!isClosed) onReset(partitions);
      },
      onLost: () => {
        if (!isClosed) this.#lost = true;
      },
      onFatal: (error) => {
        if (!isClosed) this.#fail(error);
      },
    });
    const subscription: Subscription = {
      commit: (offsets) => opened.commit(offsets),
      seek: (offsets) => opened.seek(offsets),
      pause: (partitions) => opened.pause(partitions),
      resume: (partitions) => opened.resume(partitions),
      lastFetchAt: () => opened.lastFetchAt(),
      close: () => {
        isClosed = true;
        return opened.close();
      },
    };
    if (this.#stopping.signal.aborted) return subscription.close();
    this.#openedAt = opened.lastFetchAt();
    this.#subscription = subscription;
  }

  /** Whether the present client has fetched. */
  get #fetches(): boolean {
    return this.#subscription !== undefined && this.#subscription.lastFetchAt() > this.#openedAt;
  }

  #fail(error: Error): void {
    this.#hasFetched ||= this.#fetches;
    if (!this.#hasFetched || !(error instanceof KafkaAccessRefused)) return this.options.onFatal(error);
    this.#refused = error;
    this.#lost = true;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.ports.timers.wait(watchIntervalMs, signal);
      if (!signal.aborted && (this.#lost || this.silenceMs > maxSilenceMs)) await this.#reopen(signal);
    }
  }

  async #reopen(signal: AbortSignal): Promise<void> {
    const { group, log, onReset } = this.options;
    const reason = this.#lost
      ? (this.denial ?? 'its coordinator has moved')
      : `no fetch for ${Math.round(this.silenceMs / 1_000)} s`;
    log('error', 'the consumer is opened again', { group, reason });
    this.#hasFetched ||= this.#fetches;
    if (!this.#lost) this.#refused = undefined;
    this.#lost = false;
    const closing = this.#subscription;
    this.#subscription = undefined;
    await closing?.close();
    onReset();
    for (let attempt = 0; !signal.aborted && !this.#subscription; attempt++) {
      try {
        await unlessAborted(signal, this.#subscribe());
      } catch (error) {
        if (error instanceof Aborted) return;
        this.#refused = error instanceof KafkaAccessRefused ? error : undefined;
        log('warn', 'the consumer could not be opened', { group, error: String(error) });
        await this.ports.timers.wait(backOff(this.ports, attempt, 200, 1_000), signal);
      }
    }
  }
}
