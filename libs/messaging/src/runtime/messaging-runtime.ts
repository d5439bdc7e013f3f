import type { MessageHandler } from '@nestjs/microservices';
import { ConsistencyCheck } from '../consumer/consistency-check.js';
import { KafkaTransport } from '../consumer/kafka-transport.js';
import type { AnyEffect } from '../effects/effect.js';
import { EffectWorker } from '../effects/effect-worker.js';
import { CommandBatcher } from '../handling/command-batcher.js';
import { handlersOf, type HandlerMetadata } from '../handling/handles.js';
import { Runner } from '../handling/runner.js';
import { messageInfo } from '../message/index.js';
import { ownTopics } from '../outbox/own-topics.js';
import { Relay } from '../outbox/relay.js';
import type { AnyTable, KafkaClient, Log, RuntimePorts, Store } from '../ports/index.js';
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

  constructor(
    readonly options: MessagingOptions,
    readonly environment: MessagingEnvironment,
    effects: () => readonly AnyEffect[],
  ) {
    const { store, kafka, ports, log, onFatal, name } = environment;
    const { service, contracts, sagas = [] } = options;
    const lockOrder = withSagaTables(options.lockOrder);
    const own = ownTopics(options);
    const topics = Relay.topicsFrom(contracts, own);
    const consistency = new ConsistencyCheck(store, kafka, ports, { service, contracts, own });
    const checkPublished = (): Promise<void> => consistency.checkPublished();
    const relay = new Relay(store, kafka, ports, { topics, source: service, log, checkPublished, onFatal });
    const runner = new Runner(store, lockOrder, ports);
    const transport = new KafkaTransport(options, {
      lockOrder,
      kafka,
      store,
      runner,
      ports,
      log,
      consistency,
      onFatal,
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
    this.runner = runner;
    this.lockOrder = lockOrder;
    this.commands = new CommandBatcher(runner, ports);
    this.relay = relay;
    this.transport = transport;
    this.effects = worker;
    for (const { metadata, handle } of replyHandlers(sagas)) this.#addHandler(metadata, handle);
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

  /** Starts everything but the consumers, which start with their transport. */
  start(): void {
    this.relay.start();
    this.effects.start();
    this.timeouts?.start();
  }

  /** Begins nothing new: consumers leave their groups, timeouts and effects stop. Commands are still accepted. */
  async stopConsuming(): Promise<void> {
    await Promise.all([this.transport.close(), this.timeouts?.stop(), this.effects.stop()]);
  }

  /** After the last command: finishes accepted commands and publishes the outbox. */
  async stop(): Promise<void> {
    await this.commands.close();
    await this.relay.stop();
  }
}

const withSagaTables = (lockOrder: readonly AnyTable[]): AnyTable[] => [
  ...lockOrder,
  ...[SagaInstances, SagaHistory].filter((table) => !lockOrder.some(({ name }) => name === table.name)),
];
