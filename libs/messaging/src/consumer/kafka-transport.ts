import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { Handlers } from '../handling/handlers.js';
import { kafkaTransport, type HandlerMetadata } from '../handling/handles.js';
import type { Runner } from '../handling/runner.js';
import {
  deletesRecords,
  retentionText,
  type MessageClass,
  type MessageRegistry,
  type Topic,
} from '../message/index.js';
import { ownTopics } from '../outbox/own-topics.js';
import { textOf, type AnyTable, type KafkaClient, type Log, type RuntimePorts, type Store } from '../ports/index.js';
import type { ConsistencyCheck } from './consistency-check.js';
import { ConsumerLoop } from './consumer-loop.js';
import { startAtLatest } from './first-offsets.js';
import { RedriveLoop } from './redrive-loop.js';
import { UnknownMessages } from './unknown-messages.js';
import { untilAvailable } from './until-available.js';

/** A consumer without a fetch for so long is a problem. Empty fetches count. */
const silenceProblemMs = 15_000;

/** What a service declares about its consumers. */
export interface ConsumerOptions {
  /** The name of the service: its consumer group, and the source of everything that it publishes. */
  readonly service: string;
  readonly contracts: MessageRegistry;
  /** Message classes on subscribed topics that a group ignores, by group (`cart`, `cart.prices`). Any other class without a handler stops the start. */
  readonly ignored?: Readonly<Record<string, readonly MessageClass[]>>;
  /** The topic of dead letters. */
  readonly deadLetters?: Topic;
}

export interface KafkaTransportParts {
  readonly lockOrder: readonly AnyTable[];
  readonly kafka: KafkaClient;
  readonly store: Store;
  readonly runner: Runner;
  readonly ports: RuntimePorts;
  readonly log: Log;
  readonly consistency: ConsistencyCheck;
  readonly onFatal: (error: Error) => void;
  /** Runs before Kafka is compared with the database. */
  readonly prepare: () => Promise<void>;
  /** The name of the MessagingModule, which its handlers have too. */
  readonly name?: string | undefined;
}

/**
 * The library's Nest transport. Connect it with `app.connectMicroservice({ strategy: app.get(KafkaTransport) })`. Nest finds the
 * handlers; each consumer group has its own, dispatched by message type.
 */
export class KafkaTransport extends Server implements CustomTransportStrategy {
  override readonly transportId: symbol;
  override readonly propagatesEventHandlerErrors = true;
  readonly #groups = new Map<string, Handlers>();
  readonly #stopping = new AbortController();
  readonly #unknown = new Map<string, UnknownMessages>();
  #loops: ConsumerLoop[] = [];
  #redriveLoops: RedriveLoop[] = [];
  #starting: Promise<void> | undefined;
  #connected = false;
  #waitsFor: unknown;

  constructor(
    private readonly options: ConsumerOptions,
    private readonly parts: KafkaTransportParts,
  ) {
    super();
    this.transportId = kafkaTransport(parts.name);
  }

  override addHandler(
    pattern: unknown,
    callback: MessageHandler,
    isEventHandler = false,
    extras: Record<string, unknown> = {},
  ): void {
    const metadata = extras as unknown as HandlerMetadata;
    if (!isEventHandler || !metadata.message)
      throw new TypeError(
        `the handler of ${JSON.stringify(pattern)} names no transport, so Nest gives it to every transport, also to this one. ` +
          `If it belongs to another, name that: @${isEventHandler ? 'EventPattern' : 'MessagePattern'}(${JSON.stringify(pattern)}, Transport.KAFKA). Otherwise mark it with @Handles`,
      );
    const { service, ignored } = this.options;
    const group = metadata.consumer === undefined ? service : `${service}.${metadata.consumer}`;
    let handlers = this.#groups.get(group);
    if (!handlers) this.#groups.set(group, (handlers = new Handlers(group, ignored?.[group] ?? [])));
    handlers.add(String(pattern), { callback, metadata });
  }

  /** Fails at once on handlers that don't fit the contracts. Consuming starts in the background, whenever the broker is available: accepting commands needs only the database. */
  listen(callback: (error?: Error) => void): void {
    try {
      this.check();
    } catch (error) {
      return callback(error as Error);
    }
    this.#starting = this.#start().catch(this.parts.onFatal);
    callback();
  }

  /** Throws a TypeError on handlers that don't fit the contracts or the lock order. */
  check(): void {
    for (const handlers of this.#groups.values()) handlers.check(this.options.contracts, this.parts.lockOrder);
  }

  /** Stops in any state. Does not wait for a broker that is unavailable. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#starting;
    await Promise.all([...this.#loops, ...this.#redriveLoops].map((loop) => loop.stop()));
  }

  /** The handlers of a group, where it exists. */
  handlersOf(group: string): Handlers | undefined {
    return this.#groups.get(group);
  }

  /** The consumer groups of this service. */
  get groupNames(): readonly string[] {
    return [...this.#groups.keys()];
  }

  /** Each consumer group with its topics, whether it runs or not. */
  get subscriptions(): readonly { readonly group: string; readonly topics: readonly string[] }[] {
    return [...this.#groups.values()].map(({ group, topics }) => ({ group, topics }));
  }

  /** The topics of the service's own group, with the replies to its sagas. */
  get mainTopics(): readonly string[] {
    return this.#groups.get(this.options.service)?.topics ?? [];
  }

  get groups(): readonly {
    readonly group: string;
    readonly topics: readonly string[];
    readonly silenceMs: number;
    readonly rebalances: number;
    /** Messages of unknown types that were skipped, by topic. */
    readonly unknown: ReadonlyMap<string, number>;
  }[] {
    return this.#loops.map(({ group, topics, silenceMs, rebalances }) => ({
      group,
      topics,
      silenceMs,
      rebalances,
      unknown: this.#unknown.get(group)?.counts ?? new Map(),
    }));
  }

  /** Problems as text; empty while all is well. */
  get problems(): string[] {
    if (!this.#connected && this.#groups.size > 0)
      return [`consumers: not started${this.#waitsFor === undefined ? '' : `: ${textOf(this.#waitsFor)}`}`];
    return [
      ...this.#loops.flatMap(({ group, unreadable }) => unreadable.map((text) => `consumer ${group}: ${text}`)),
      ...this.#loops.flatMap(({ group, silenceMs, denial }) => {
        if (denial !== undefined) return [`consumer ${group}: ${denial}`];
        return silenceMs > silenceProblemMs
          ? [`consumer ${group}: no fetch for ${Math.round(silenceMs / 1000)} s`]
          : [];
      }),
      ...[...this.#unknown.values()].flatMap(({ problems }) => problems),
    ];
  }

  on(): void {
    throw new TypeError('this transport has no events');
  }

  unwrap<T>(): T {
    return this.parts.kafka as T;
  }

  async #start(): Promise<void> {
    const { service, contracts, deadLetters } = this.options;
    const { kafka, store, runner, ports, log, consistency, prepare, onFatal } = this.parts;
    await runner.database.untilDone(ports, log, this.#stopping.signal);
    const consumed = new Set([...this.#groups.values()].flatMap((handlers) => handlers.topics));
    const topics = [...contracts.topics.filter((topic) => consumed.has(topic.name)), ...ownTopics(this.options)];
    await this.#untilAvailable(() => kafka.check([...new Set(topics)], service));
    await prepare();
    await this.#untilAvailable(() => this.#checkConsistency());
    // After the check of offsets, which explains a database that was restored to before a partition increase.
    await this.#untilAvailable(() => consistency.checkPartitionCounts());
    for (const { name, retention } of ownTopics(this.options).filter((own) => deletesRecords(own.retention)))
      log(
        'warn',
        'records of this topic are deleted: it recovers no lost database, and no replay begins before its log',
        {
          topic: name,
          retention: retentionText(retention),
        },
      );
    for (const handlers of this.#groups.values()) {
      if (this.#stopping.signal.aborted) return;
      const { group } = handlers;
      const shared = { group, contracts, log, invocationOf: handlers.invocationOf.bind(handlers) };
      const redriveLoop = new RedriveLoop(store, runner, ports, shared);
      redriveLoop.start();
      this.#redriveLoops.push(redriveLoop);
      const unknownMessages = new UnknownMessages(store, group);
      this.#unknown.set(group, unknownMessages);
      await this.#untilAvailable(async () => {
        const problem = await unknownMessages.compareWith((type) => handlers.kindOf(type));
        if (problem !== undefined) log('warn', problem);
      });
      await this.#untilAvailable(() =>
        startAtLatest(
          store,
          kafka,
          group,
          contracts.topics.filter(({ name }) => handlers.topics.includes(name)),
        ),
      );
      const loop = new ConsumerLoop(kafka, store, runner, ports, {
        ...shared,
        topics: handlers.topics,
        types: handlers.types,
        unknownMessages,
        deadLetters: deadLetters?.name,
        onFatal,
      });
      this.#loops.push(loop);
      await this.#untilAvailable(() => loop.start());
    }
    this.#connected = !this.#stopping.signal.aborted;
  }

  /** Before anything is handled: handling more makes a contradiction worse. */
  async #checkConsistency(): Promise<void> {
    const { consistency } = this.parts;
    await consistency.checkPublished();
    for (const { group, topics, types } of this.#groups.values()) await consistency.checkHandled(group, topics, types);
  }

  #untilAvailable(attempt: () => Promise<void>): Promise<void> {
    const { ports, log } = this.parts;
    const onWaiting = (error: unknown): void => void (this.#waitsFor = error);
    const { signal } = this.#stopping;
    return untilAvailable({ ports, log, signal, what: 'the start of the consumers', onWaiting }, attempt);
  }
}
