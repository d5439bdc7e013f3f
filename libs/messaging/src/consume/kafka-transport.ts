import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { kafkaTransport, type AnyTable, type HandlerExtras } from '../decide/index.js';
import type { KafkaClient } from '../kafka/kafka-client.js';
import type { Log, MessagingOptions } from '../messaging.options.js';
import { ownTopics } from '../outbox/own-topics.js';
import { Release } from '../parking/release.js';
import { PositionsDisagree, type Agreement } from '../recovery/agreement.js';
import type { Runner } from '../run/runner.js';
import type { Store } from '../store/store.js';
import { Aborted, backOff, unlessAborted, type World } from '../system.js';
import { Handlers } from './handlers.js';
import { Pump } from './pump.js';

/** A consumer that has fetched nothing, not even an empty answer, for this many milliseconds is in trouble. */
const troubling = 15_000;

/**
 * Nest's transport of the library: connect it with `app.connectMicroservice({ strategy: app.get(KafkaTransport) })`.
 * Handlers are found by Nest, one group each for the service and every consumer purpose, dispatched on the message's type.
 */
export class KafkaTransport extends Server implements CustomTransportStrategy {
  override readonly transportId = kafkaTransport;
  override readonly propagatesEventHandlerErrors = true;
  readonly #groups = new Map<string, Handlers>();
  readonly #stopping = new AbortController();
  #pumps: Pump[] = [];
  #releases: Release[] = [];
  #starting: Promise<void> | undefined;
  #connected = false;

  constructor(
    private readonly options: MessagingOptions,
    private readonly lockOrder: readonly AnyTable[],
    private readonly kafka: KafkaClient,
    private readonly store: Store,
    private readonly runner: Runner,
    private readonly world: World,
    private readonly log: Log,
    private readonly agreement: Agreement,
    private readonly onFatal: (error: Error) => void,
  ) {
    super();
  }

  override addHandler(
    pattern: unknown,
    callback: MessageHandler,
    isEventHandler = false,
    extras: Record<string, unknown> = {},
  ): void {
    const handled = extras as unknown as HandlerExtras;
    if (!isEventHandler || !handled.message)
      throw new TypeError(`${String(pattern)}: handlers of this transport are marked with @Handles`);
    const group = handled.consumer === undefined ? this.options.service : `${this.options.service}.${handled.consumer}`;
    let handlers = this.#groups.get(group);
    if (!handlers) this.#groups.set(group, (handlers = new Handlers(group, this.options.ignores?.[group] ?? [])));
    handlers.add(String(pattern), { callback, extras: handled });
  }

  /** Throws at once on handlers that don't fit the contracts. Consuming starts in the background, and for as long as it takes: accepting needs only the database. */
  listen(callback: (error?: Error) => void): void {
    try {
      this.check();
    } catch (error) {
      return callback(error as Error);
    }
    this.#starting = this.#start().catch(this.onFatal);
    callback();
  }

  /** Throws a TypeError on handlers that don't fit the contracts or the lock order. */
  check(): void {
    for (const handlers of this.#groups.values()) handlers.check(this.options.contracts, this.lockOrder);
  }

  /** In whatever state the start is: what waits for a broker is not waited for. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#starting;
    await Promise.all([...this.#pumps.map((pump) => pump.stop()), ...this.#releases.map((release) => release.stop())]);
  }

  /** The handlers of a group, where there is one. */
  handlersOf(group: string): Handlers | undefined {
    return this.#groups.get(group);
  }

  /** The names of the groups in which this service consumes. */
  get groupNames(): readonly string[] {
    return [...this.#groups.keys()];
  }

  /** The service's own group's topics: where replies to its sagas come. */
  get mainTopics(): readonly string[] {
    return this.#groups.get(this.options.service)?.topics ?? [];
  }

  get groups(): readonly {
    readonly group: string;
    readonly topics: readonly string[];
    readonly silence: number;
    readonly rebalances: number;
  }[] {
    return this.#pumps.map(({ group, topics, silence, rebalances }) => ({ group, topics, silence, rebalances }));
  }

  /** What is not as it should be, in words; empty while all is well. */
  get troubles(): string[] {
    if (!this.#connected && this.#groups.size > 0) return ['consumers: not connected to the broker'];
    return this.#pumps
      .filter((pump) => pump.silence > troubling)
      .map((pump) => `consumer ${pump.group}: nothing fetched for ${Math.round(pump.silence / 1000)} s`);
  }

  on(): void {
    throw new TypeError('this transport has no events to listen to');
  }

  unwrap<T>(): T {
    return this.kafka as T;
  }

  async #start(): Promise<void> {
    const topics = this.options.contracts.topics;
    const used = new Set([...this.#groups.values()].flatMap((handlers) => handlers.topics));
    await this.#patiently(() =>
      this.kafka.check([...new Set([...topics.filter((topic) => used.has(topic.name)), ...ownTopics(this.options)])]),
    );
    await this.#patiently(() => this.#agree());
    // Only then: a database that was restored to before a topic grew is told so, not that nobody has grown it.
    await this.#patiently(() => this.agreement.onSizes());
    for (const handlers of this.#groups.values()) {
      if (this.#stopping.signal.aborted) return;
      const { group } = handlers;
      const workOf = handlers.workOf.bind(handlers);
      const shared = { group, contracts: this.options.contracts, workOf, log: this.log };
      const release = new Release(this.store, this.runner, this.world, shared);
      release.start();
      this.#releases.push(release);
      const pump = new Pump(this.kafka, this.store, this.runner, this.world, {
        ...shared,
        topics: handlers.topics,
        types: handlers.types,
        deadLetters: this.options.deadLetters?.name,
        onDead: this.onFatal,
      });
      this.#pumps.push(pump);
      await this.#patiently(() => pump.start());
    }
    this.#connected = !this.#stopping.signal.aborted;
  }

  /** Before anything is handled: who goes on over a contradiction makes it worse. */
  async #agree(): Promise<void> {
    await this.agreement.onPublished();
    for (const { group, topics, types } of this.#groups.values()) await this.agreement.onHandled(group, topics, types);
  }

  /** A broker that is away is waited for; what it says about the topics is final. */
  async #patiently(attempt: () => Promise<void>): Promise<void> {
    for (let tries = 0; !this.#stopping.signal.aborted; tries++) {
      try {
        return await unlessAborted(this.#stopping.signal, attempt());
      } catch (error) {
        if (error instanceof Aborted) return;
        if ((error as Error).name === 'TopicMismatch' || error instanceof PositionsDisagree) throw error;
        this.log('warn', 'the broker does not answer yet', { error: String(error) });
        await this.world.timers.wait(backOff(this.world, tries, 200, 3_000), this.#stopping.signal);
      }
    }
  }
}
