import kafkajs, { type Consumer, type ConsumerRunConfig, type PartitionAssigner } from 'kafkajs';
import { withTimeout } from '../../ports/waiting.js';
import { systemTimers } from '../system/system.js';
import type { KafkajsConnection } from './kafkajs-connection.js';

/**
 * The session timeout is well below the default of 30 s. A fetch returns within a second, so heartbeats are never late. After a few
 * failures in a row kafkajs restarts the consumer; otherwise it would ask a coordinator that has moved forever.
 */
const settings = {
  sessionTimeout: 10_000,
  rebalanceTimeout: 15_000,
  heartbeatInterval: 2_000,
  maxWaitTimeInMs: 1_000,
  allowAutoTopicCreation: false,
  maxBytesPerPartition: 4 * 1024 * 1024,
  // Added partitions are found after this time at the latest.
  metadataMaxAge: 3_000,
};
const retry = { retries: 5, initialRetryTime: 200, maxRetryTime: 1_000 };

/** Longest wait for the leave request. Without it the group notices missing heartbeats. */
const closeTimeoutMs = 1_500;

export interface ReaderOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly onFatal: (error: Error) => void;
  /** Reads behind open transactions, and no records of transactions. */
  readonly withoutTransactions?: boolean;
  /** Default: round robin. */
  readonly assigner?: PartitionAssigner;
}

/** A consumer that recovers from transient failures and can be closed in every state. */
export class KafkajsReader {
  readonly consumer: Consumer;
  #ending: Promise<void> | undefined;
  #crashed = false;

  constructor(
    private readonly connection: KafkajsConnection,
    private readonly options: ReaderOptions,
  ) {
    const restartOnFailure = (): Promise<boolean> => Promise.resolve(!this.isClosed);
    this.consumer = connection.kafka.consumer({
      groupId: options.group,
      ...settings,
      readUncommitted: options.withoutTransactions === true,
      partitionAssigners: [options.assigner ?? kafkajs.PartitionAssigners.roundRobin],
      retry: { ...retry, restartOnFailure },
    });
    this.consumer.on(this.consumer.events.CRASH, ({ payload: { error, restart } }) => {
      this.#crashed = true;
      if (!restart && !this.isClosed) void this.#fail(error);
    });
    // kafkajs would send the next request over the same silent connection.
    this.consumer.on(this.consumer.events.REQUEST_TIMEOUT, () => connection.sockets.cut('a request was not answered'));
  }

  /** A batch counts as read when `eachBatch` has returned; with `resolves`, as soon as `eachBatch` resolves its offset. */
  start(eachBatch: NonNullable<ConsumerRunConfig['eachBatch']>, { resolves = false } = {}): Promise<void> {
    return this.connection.open(this.#start({ autoCommit: false, eachBatchAutoResolve: !resolves, eachBatch }));
  }

  /** Leaves the group. Does not wait for a silent broker. */
  close(): Promise<void> {
    return (this.#ending ??= this.#end());
  }

  /** It is in no group at present, or ended: kafkajs joins again, or `onFatal` is called. */
  get hasCrashed(): boolean {
    return this.#crashed;
  }

  get isClosed(): boolean {
    return this.#ending !== undefined || this.connection.sockets.closed;
  }

  async #fail(error: Error): Promise<void> {
    const explained = (await this.connection.explain(error, { ...this.options, operation: 'Read' })) as Error;
    if (!this.isClosed) this.options.onFatal(explained);
  }

  async #start(run: ConsumerRunConfig): Promise<void> {
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [...this.options.topics], fromBeginning: true });
    await this.consumer.run(run);
  }

  async #end(): Promise<void> {
    const leaving = this.consumer.disconnect().catch(() => undefined); // The sockets are closed in any case.
    await withTimeout(systemTimers, closeTimeoutMs, leaving, undefined);
    this.connection.close();
    // With closed sockets it ends at once; if not, it can do nothing any more.
    await withTimeout(systemTimers, closeTimeoutMs, leaving, undefined);
  }
}
