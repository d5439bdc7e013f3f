import type { MessageHandler } from '@nestjs/microservices';
import { ConsistencyCheck } from '../consumer/consistency-check.js';
import { KafkaTransport } from '../consumer/kafka-transport.js';
import { startOver } from '../consumer/start-over.js';
import { untilAvailable } from '../consumer/until-available.js';
import type { AnyEffect } from '../effects/effect.js';
import { EffectWorker } from '../effects/effect-worker.js';
import { CommandBatcher } from '../handling/command-batcher.js';
import { handlersOf, type HandlerMetadata } from '../handling/handles.js';
import { checkLoads } from '../handling/handlers.js';
import type { Loads } from '../handling/index.js';
import type { Outcomes } from '../handling/invocation.js';
import { Runner } from '../handling/runner.js';
import { messageInfo } from '../message/index.js';
import { ownTopics } from '../outbox/own-topics.js';
import { Relay } from '../outbox/relay.js';
import { logFields } from '../tracing/index.js';
import {
  keyProperties,
  type AnyTable,
  type KafkaClient,
  type Log,
  type RuntimePorts,
  type Store,
} from '../ports/index.js';
import { subjectsOf, type AnySaga } from '../sagas/saga-decisions.js';
import { checkRetentionOptions, RetentionWorker } from '../retention/index.js';
import { SagaHistory, SagaInstances } from '../sagas/saga-instances.js';
import { replyHandlers } from '../sagas/saga-replies.js';
import { TimeoutWorker } from '../sagas/timeout-worker.js';
import type { MessagingOptions } from './messaging.options.js';

const defaultEffectConcurrency = 64;

/** The ports that the library runs on. */
export interface MessagingEnvironment {
  readonly store: Store;
  readonly kafka: KafkaClient;
  readonly ports: RuntimePorts;
  readonly log: Log;
  readonly onFatal: (error: Error) => void;
  /** The name of the MessagingModule, which the handlers of this runtime have too. */
  readonly name?: string | undefined;
}

/**
 * All parts of the library in one process, wired and not started: what `MessagingModule` gives to Nest, and what runs without Nest on
 * other ports. Effects are resolved when they are first needed.
 */
export class MessagingRuntime {
  readonly runner: Runner;
  /** Every table of the service and of the library, in the order in which transactions lock them. */
  readonly lockOrder: readonly AnyTable[];
  readonly commands: CommandBatcher;
  readonly relay: Relay;
  readonly transport: KafkaTransport;
  readonly effects: EffectWorker;
  /** Undefined in a service without sagas. */
  readonly timeouts: TimeoutWorker | undefined;
  readonly #stopping = new AbortController();
  readonly #untilTablesFit: () => Promise<void>;
  #prepared: Promise<void> | undefined;
  readonly retention: RetentionWorker;

  constructor(
    readonly options: MessagingOptions,
    readonly environment: MessagingEnvironment,
    effects: () => readonly AnyEffect[],
  ) {
    const { store, kafka, ports, log, onFatal, name } = environment;
    const { service, contracts, sagas = [] } = options;
    const lockOrder = withSagaTables(options.lockOrder);
    for (const saga of sagas) checkSubjects(saga, lockOrder);
    const own = ownTopics(options);
    const topics = Relay.topicsFrom(contracts, own);
    const consistency = new ConsistencyCheck(store, kafka, ports, { service, contracts, own });
    const checkPublished = (): Promise<void> => consistency.checkPublished();
    const relay = new Relay(store, kafka, ports, { topics, source: service, log, checkPublished, onFatal });
    const runner = new Runner(store, lockOrder, ports, service);
    const transport = new KafkaTransport(options, {
      lockOrder,
      kafka,
      store,
      runner,
      ports,
      log,
      consistency,
      onFatal,
      prepare: () => this.#prepare(),
      name,
    });
    const worker = new EffectWorker(store, runner, ports, {
      concurrency: options.effectConcurrency ?? defaultEffectConcurrency,
      log,
      get effects() {
        return effects();
      },
    });
    runner.onCommitted(({ published, scheduled, transactional }) => {
      if (published > 0 || transactional) relay.wake();
      if (scheduled > 0) worker.wake();
    });
    if (options.logHandled) runner.onHandled((outcomes) => logHandled(outcomes, log));
    this.#untilTablesFit = async () => {
      for (const { name, load } of effects()) checkLoads(`the effect ${name}`, load as Loads<unknown>, lockOrder);
      await runner.database.untilDone(ports, log, this.#stopping.signal);
    };
    this.runner = runner;
    this.lockOrder = lockOrder;
    this.commands = new CommandBatcher(runner, ports);
    this.relay = relay;
    this.transport = transport;
    this.effects = worker;
    for (const { metadata, handle } of replyHandlers(sagas)) this.#addHandler(metadata, handle);
    this.retention = new RetentionWorker(store, kafka, ports, {
      keep: checkRetentionOptions(options.retention ?? {}),
      topics: [...new Set([...contracts.topics.filter(({ foreign }) => !foreign), ...own])],
      groups: () => transport.subscriptions,
      leads: () => relay.leads,
      log,
    });
    if (sagas.length > 0)
      this.timeouts = new TimeoutWorker(store, kafka, runner, ports, {
        group: service,
        partitionCountOf: (topic) => topics.partitionCountOf(topic),
        sagas,
        log,
        get topics() {
          return transport.mainTopics;
        },
      });
  }

  /** Adds the handlers of a controller that was not created by Nest. */
  addController(controller: object): void {
    for (const { metadata, handle } of handlersOf(controller)) this.#addHandler(metadata, handle as MessageHandler);
  }

  #addHandler(metadata: HandlerMetadata, handle: (message: object, context: object) => unknown): void {
    this.transport.addHandler(messageInfo(metadata.message).type, handle as MessageHandler, true, { ...metadata });
  }

  /**
   * Starts everything but the consumers, which start with their transport. Before that, compares the declared tables with the database, and
   * waits for it while it is unavailable. Rejects with DatabaseUnsuitable or TableMismatch.
   */
  async start(): Promise<void> {
    await this.#untilTablesFit();
    await this.#prepare();
    if (this.#stopping.signal.aborted) return;
    this.relay.start();
    this.effects.start();
    this.timeouts?.start();
    this.retention.start();
  }

  /** Before anything is published or handled. Nest may start the consumers before the rest. */
  #prepare(): Promise<void> {
    if (this.options.newDatabase !== 'start-over') return Promise.resolve();
    return (this.#prepared ??= this.#startOver());
  }

  #startOver(): Promise<void> {
    const { environment, options, transport } = this;
    const { store, kafka, ports, log } = environment;
    const { service } = options;
    const parts = { store, kafka, log, service, own: ownTopics(options), subscriptions: transport.subscriptions };
    const { signal } = this.#stopping;
    return untilAvailable({ ports, log, signal, what: 'starting over' }, () => startOver(parts));
  }

  /** Begins nothing new: consumers leave their groups, timeouts and effects stop. Commands are still accepted. */
  async stopConsuming(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.transport.close(), this.timeouts?.stop(), this.effects.stop(), this.retention.stop()]);
  }

  /** After the last command: finishes accepted commands and publishes the outbox. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.commands.close();
    await this.relay.stop();
  }
}

/** What an order went through: one line for each message that was handled, and for whatever else was decided. */
function logHandled(outcomes: Outcomes, log: Log): void {
  for (const [{ name, topic, consumer, cause, correlation, trace }, { kind }] of outcomes)
    log('debug', 'handled', {
      name,
      topic,
      group: consumer,
      id: cause,
      outcome: kind,
      ...logFields({ correlation, trace }),
    });
}

/** Throws a TypeError where a saga cannot load its subjects. */
function checkSubjects(saga: AnySaga, lockOrder: readonly AnyTable[]): void {
  const table = subjectsOf<object>(saga);
  checkLoads(`the saga ${saga.name}`, { subjects: { table } } as unknown as Loads<unknown>, lockOrder);
  if (keyProperties(table).length > 1)
    throw new TypeError(
      `the saga ${saga.name} has subjects with a composite key, in ${table.name}: give them a key of one column`,
    );
}

const withSagaTables = (lockOrder: readonly AnyTable[]): AnyTable[] => [
  ...lockOrder,
  ...[SagaInstances, SagaHistory].filter((table) => !lockOrder.some(({ name }) => name === table.name)),
];
