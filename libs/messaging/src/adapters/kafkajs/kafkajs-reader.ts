import type { Consumer, ConsumerRunConfig, IHeaders, KafkaMessage } from 'kafkajs';
import { withTimeout } from '../../ports/waiting.js';
import { systemTimers } from '../system/system.js';
import type { IncomingRecord } from '../../ports/kafka-client.js';
import type { KafkajsConnection } from './kafkajs-connection.js';

/**
 * Session well below the default 30 s; a fetch comes back within a second, so that heartbeats are never late. After a few
 * failures in a row kafkajs starts the consumer anew: it would otherwise ask a coordinator that has moved away for ever.
 */
const settings = {
  sessionTimeout: 10_000,
  rebalanceTimeout: 15_000,
  heartbeatInterval: 2_000,
  maxWaitTimeInMs: 1_000,
  allowAutoTopicCreation: false,
  maxBytesPerPartition: 4 * 1024 * 1024,
  // How long partitions that a topic has got may go unread.
  metadataMaxAge: 3_000,
};
const retry = { retries: 5, initialRetryTime: 200, maxRetryTime: 1_000 };

/** Milliseconds for the word that the member leaves; without it the group misses its heartbeats. */
const closeTimeoutMs = 1_500;

export interface ReaderOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly onFatal: (error: Error) => void;
}

/** A consumer that heals what heals by itself, and can be ended in every state it may be in. */
export class KafkajsReader {
  readonly consumer: Consumer;
  #ending: Promise<void> | undefined;

  constructor(
    private readonly part: KafkajsConnection,
    private readonly options: ReaderOptions,
  ) {
    const restartOnFailure = (): Promise<boolean> => Promise.resolve(!this.#ended);
    this.consumer = part.kafka.consumer({ groupId: options.group, ...settings, retry: { ...retry, restartOnFailure } });
    this.consumer.on(this.consumer.events.CRASH, ({ payload: { error, restart } }) => {
      if (!restart && !this.#ended) options.onFatal(error);
    });
    // kafkajs would send the next request over the same connection, into the same silence.
    this.consumer.on(this.consumer.events.REQUEST_TIMEOUT, () => part.sockets.cut('a request was not answered'));
  }

  /** What `eachBatch` gets counts as read when it is done; where it `resolves`, as soon as it says so. */
  start(eachBatch: NonNullable<ConsumerRunConfig['eachBatch']>, { resolves = false } = {}): Promise<void> {
    return this.part.open(this.#start({ autoCommit: false, eachBatchAutoResolve: !resolves, eachBatch }));
  }

  /** Leaves the group; a broker that does not answer is not waited for. */
  close(): Promise<void> {
    return (this.#ending ??= this.#end());
  }

  get #ended(): boolean {
    return this.#ending !== undefined || this.part.sockets.closed;
  }

  async #start(run: ConsumerRunConfig): Promise<void> {
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [...this.options.topics], fromBeginning: true });
    await this.consumer.run(run);
  }

  async #end(): Promise<void> {
    const left = this.consumer.disconnect().catch(() => undefined); // the sockets are closed in any case
    await withTimeout(systemTimers, closeTimeoutMs, left, undefined);
    this.part.close();
    // With its sockets cut it ends at once; should it not, it can do nothing any more.
    await withTimeout(systemTimers, closeTimeoutMs, left, undefined);
  }
}

export const recordsOf = (topic: string, partition: number, messages: readonly KafkaMessage[]): IncomingRecord[] =>
  messages.map((message) => ({
    topic,
    partition,
    offset: BigInt(message.offset),
    key: message.key?.toString() ?? null,
    value: message.value,
    headers: textOf(message.headers ?? {}),
  }));

function textOf(headers: IHeaders): Record<string, string> {
  const text: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) text[name] = first.toString();
  }
  return text;
}
