import type { IncomingRecord, KafkaClient, Subscription, TopicPartition } from '../kafka/kafka-client.js';
import type { Log } from '../messaging.options.js';
import { Aborted, backOff, unlessAborted, within, type World } from '../system.js';

/** Milliseconds without a fetch after which the client is given up, and between two looks. kafkajs's own ways to heal take up to 20 s. */
const longestSilence = 30_000;
const interval = 5_000;
/** Milliseconds for the last commit of positions: without it some messages come again, and the inbox knows them. */
const lastCommit = 1_000;

export interface MembershipOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly onRecords: (records: readonly IncomingRecord[]) => void;
  /** Everything that was received and not committed comes again, to whoever owns it now. */
  readonly onStartOver: (assigned?: readonly TopicPartition[]) => void;
  readonly onDead: (error: Error) => void;
  readonly log: Log;
}

/**
 * A place in a consumer group that outlives its client: one that has heard nothing for half a minute, not even an empty
 * answer, or can't commit any more, is ended and another opened, for as long as it takes.
 */
export class Membership {
  readonly #over = new AbortController();
  #subscription: Subscription | undefined;
  #watching: Promise<void> | undefined;
  #lost = false;
  #lastFetch = 0;
  #rebalances = 0;

  constructor(
    private readonly kafka: KafkaClient,
    private readonly world: World,
    private readonly options: MembershipOptions,
  ) {}

  /** Rejects when the broker is away; may then be called again. */
  async join(): Promise<void> {
    await this.#subscribe();
    this.#watching ??= this.#watch();
  }

  /** Undefined while there is none. */
  get subscription(): Subscription | undefined {
    return this.#subscription;
  }

  /** Milliseconds since the last fetch came back. */
  get silence(): number {
    const now = this.world.clock.now().getTime();
    // A clock that was set back must not hide a silence.
    this.#lastFetch = Math.min(now, Math.max(this.#lastFetch, this.#subscription?.lastFetchAt() ?? 0));
    return this.#lastFetch === 0 ? 0 : now - this.#lastFetch;
  }

  /** How often the partitions were shared out anew. */
  get rebalances(): number {
    return this.#rebalances;
  }

  /** Others take over at once. What is to be committed before must not hang on a broker that is away. */
  async leave(commit: (subscription: Subscription) => Promise<void>): Promise<void> {
    this.#over.abort();
    await this.#watching;
    if (!this.#subscription) return;
    await within(this.world.timers, lastCommit, commit(this.#subscription), undefined);
    await this.#subscription.close();
  }

  async #subscribe(): Promise<void> {
    const { group, topics, onRecords, onStartOver, onDead } = this.options;
    let spent = false;
    const opened = await this.kafka.subscribe({
      group,
      topics,
      onRecords: (records) => {
        if (!spent) onRecords(records);
      },
      onAssigned: (partitions) => {
        this.#rebalances++;
        if (!spent) onStartOver(partitions);
      },
      onLost: () => {
        if (!spent) this.#lost = true;
      },
      onDead,
    });
    const subscription: Subscription = {
      commit: (positions) => opened.commit(positions),
      seek: (positions) => opened.seek(positions),
      pause: (partitions) => opened.pause(partitions),
      resume: (partitions) => opened.resume(partitions),
      lastFetchAt: () => opened.lastFetchAt(),
      close: () => {
        spent = true;
        return opened.close();
      },
    };
    if (this.#over.signal.aborted) await subscription.close();
    else this.#subscription = subscription;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      await this.world.timers.wait(interval, signal);
      if (!signal.aborted && (this.#lost || this.silence > longestSilence)) await this.#reopen(signal);
    }
  }

  async #reopen(signal: AbortSignal): Promise<void> {
    const { group, log, onStartOver } = this.options;
    const why = this.#lost
      ? 'its coordinator has moved'
      : `it has heard nothing for ${Math.round(this.silence / 1_000)} s`;
    log('error', 'the consumer is opened anew', { group, why });
    this.#lost = false;
    const spent = this.#subscription;
    this.#subscription = undefined;
    await spent?.close();
    onStartOver();
    for (let tries = 0; !signal.aborted && !this.#subscription; tries++) {
      try {
        await unlessAborted(signal, this.#subscribe());
      } catch (error) {
        if (error instanceof Aborted) return;
        log('warn', 'the consumer can not be opened yet', { group, error: String(error) });
        await this.world.timers.wait(backOff(this.world, tries, 200, 1_000), signal);
      }
    }
  }
}
