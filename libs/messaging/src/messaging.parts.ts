import type { MessageHandler } from '@nestjs/microservices';
import { KafkaTransport } from './consume/kafka-transport.js';
import { messageInfo } from './contract/index.js';
import { handlersOf, type AnyTable } from './decide/index.js';
import { Effects, type AnyEffect } from './effects/effects.js';
import type { KafkaClient } from './kafka/index.js';
import type { Log, MessagingOptions } from './messaging.options.js';
import { ownTopics } from './outbox/own-topics.js';
import { Relay } from './outbox/relay.js';
import { Agreement } from './recovery/agreement.js';
import { CommandGate } from './run/command-gate.js';
import { Runner } from './run/runner.js';
import { Deadlines } from './sagas/deadlines.js';
import { SagaJournal, Sagas } from './sagas/saga-tables.js';
import type { Store } from './store/store.js';
import type { World } from './system.js';

/** Calls to the outside at once, per process. */
const usuallyAbreast = 64;

/** What the library stands on, and who is told what goes wrong. */
export interface MessagingPorts {
  readonly store: Store;
  readonly kafka: KafkaClient;
  readonly world: World;
  readonly log: Log;
  readonly onFatal: (error: Error) => void;
}

/**
 * Every part of the library in one process, wired together and not yet started: what `MessagingModule` hands to Nest, and what
 * runs without Nest on other ports. The effects are asked for when they are first needed.
 */
export class MessagingParts {
  readonly runner: Runner;
  readonly gate: CommandGate;
  readonly relay: Relay;
  readonly transport: KafkaTransport;
  readonly effects: Effects;
  /** Undefined in a service without sagas. */
  readonly deadlines: Deadlines | undefined;

  constructor(options: MessagingOptions, ports: MessagingPorts, effects: () => readonly AnyEffect[]) {
    const { store, kafka, world, log, onFatal } = ports;
    const lockOrder = withSagas(options.lockOrder);
    const own = ownTopics(options);
    const topics = Relay.topicsFrom(options.contracts, own);
    const agreement = new Agreement(store, kafka, world, { ...options, own });
    const relay = new Relay(store, kafka, topics, options.service, world, log, agreement, onFatal);
    const runner = new Runner(store, lockOrder, world);
    const transport = new KafkaTransport(options, lockOrder, kafka, store, runner, world, log, agreement, onFatal);
    const workers = new Effects(store, runner, world, {
      abreast: options.effectsAbreast ?? usuallyAbreast,
      log,
      get effects() {
        return effects();
      },
    });
    runner.onCommitted(({ said, wished }) => {
      if (said > 0) relay.wake();
      if (wished > 0) workers.wake();
    });
    this.runner = runner;
    this.gate = new CommandGate(runner, world);
    this.relay = relay;
    this.transport = transport;
    this.effects = workers;
    this.deadlines = deadlinesOf(options, ports, {
      runner,
      transport,
      partitionsOf: (topic) => topics.partitionsOf(topic),
    });
  }

  /** Lets a controller that Nest has not made handle what its methods are marked with. */
  hear(controller: object): void {
    for (const { extras, handle } of handlersOf(controller)) {
      this.transport.addHandler(messageInfo(extras.message).type, handle as MessageHandler, true, { ...extras });
    }
  }

  /** Starts what runs besides the handlers; these start with their transport. */
  start(): void {
    this.relay.start();
    this.effects.start();
    this.deadlines?.start();
  }

  /** Nothing new is begun: consumers leave their groups, deadlines and effects end. Commands are taken as before. */
  async leave(): Promise<void> {
    await Promise.all([this.transport.close(), this.deadlines?.stop(), this.effects.stop()]);
  }

  /** After the last command: what was accepted is finished, and what was said is published. */
  async finish(): Promise<void> {
    await this.gate.close();
    await this.relay.stop();
  }
}

const withSagas = (lockOrder: readonly AnyTable[]): AnyTable[] => [
  ...lockOrder,
  ...[Sagas, SagaJournal].filter((table) => !lockOrder.some(({ name }) => name === table.name)),
];

function deadlinesOf(
  { service, sagas = [] }: MessagingOptions,
  { store, kafka, world, log }: MessagingPorts,
  {
    runner,
    transport,
    partitionsOf,
  }: { runner: Runner; transport: KafkaTransport; partitionsOf: (topic: string) => number },
): Deadlines | undefined {
  if (sagas.length === 0) return undefined;
  return new Deadlines(store, kafka, runner, world, {
    group: service,
    partitionsOf,
    sagas,
    log,
    get topics() {
      return transport.mainTopics;
    },
  });
}
