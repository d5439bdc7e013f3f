import { Global, Logger, Module, type BeforeApplicationShutdown, type DynamicModule, type OnApplicationBootstrap, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { KafkaTransport } from './consume/kafka-transport.js';
import { Commands, type AnyTable } from './decide/index.js';
import { Effects, type AnyEffect } from './effects/effects.js';
import { KafkaClient, kafkaClient } from './kafka/index.js';
import { messagingMetrics } from './messaging.metrics.js';
import type { Log, MessagingConnections, MessagingOptions } from './messaging.options.js';
import { Outbox } from './outbox/outbox.js';
import { Relay } from './outbox/relay.js';
import { PostgresStore } from './postgres/postgres-store.js';
import { CommandGate } from './run/command-gate.js';
import { Runner } from './run/runner.js';
import { Deadlines } from './sagas/deadlines.js';
import { SagaJournal, Sagas } from './sagas/saga-tables.js';
import type { Store } from './store/store.js';
import { systemWorld } from './system.js';

/** Calls to the outside at once, per process. */
const effectsAbreast = 64;

/** Tells what commits have changed, in this process: to wake whoever waits for a row. */
export class Commits {
  constructor(private readonly runner: Runner) {}

  onCommitted(listener: (changes: readonly { readonly table: string; readonly key: string }[]) => void): void {
    this.runner.onCommitted(({ changes }) => {
      if (changes.length > 0) listener(changes);
    });
  }
}

/** Starts and stops what runs besides the handlers: relay, effects, deadlines. */
export class MessagingLife implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    readonly parts: { relay: Relay; effects: Effects; deadlines: Deadlines | undefined; gate: CommandGate; transport: KafkaTransport; kafka: KafkaClient },
  ) {}

  onApplicationBootstrap(): void {
    this.parts.relay.start();
    this.parts.effects.start();
    this.parts.deadlines?.start();
  }

  /** Nothing new is begun: consumers leave their groups, deadlines and effects end. HTTP goes on until its server closes. */
  async beforeApplicationShutdown(): Promise<void> {
    const { transport, deadlines, effects } = this.parts;
    await Promise.all([transport.close(), deadlines?.stop(), effects.stop()]);
  }

  /** After the last request: what was accepted is finished, and what was said is published. */
  async onApplicationShutdown(): Promise<void> {
    const { gate, relay, kafka } = this.parts;
    await gate.close();
    await relay.stop();
    await kafka.close();
  }
}

/** What is not as it should be, although commands are accepted: for the `degraded` part of readiness. */
export class MessagingHealth {
  constructor(
    private readonly transport: KafkaTransport,
    private readonly relay: Relay,
  ) {}

  degraded(): string[] {
    return [...this.transport.troubles, ...(this.relay.trouble === undefined ? [] : [this.relay.trouble])];
  }
}

/** The whole library in one global module: outbox and relay, inbox and consumers, commands, effects, sagas. */
@Global()
@Module({})
export class MessagingModule {
  static forRootAsync(options: MessagingOptions, connections: { inject?: unknown[]; useFactory: (...args: never[]) => MessagingConnections | Promise<MessagingConnections> }): DynamicModule {
    const given = Symbol('MessagingConnections');
    return this.build(options, given, { provide: given, inject: (connections.inject ?? []) as never[], useFactory: connections.useFactory });
  }

  static forRoot(options: MessagingOptions, connections: MessagingConnections): DynamicModule {
    const given = Symbol('MessagingConnections');
    return this.build(options, given, { provide: given, useValue: connections });
  }

  private static build(options: MessagingOptions, given: symbol, connections: Provider): DynamicModule {
    const lockOrder = withSagas(options.lockOrder);
    const nest = new Logger('messaging');
    const world = systemWorld;
    const topics = Relay.partitionsFrom(options.contracts, options.deadLetters ? [options.deadLetters] : []);
    const logOf = (c: MessagingConnections): Log =>
      c.log ?? ((level, message, detail) => nest[level === 'info' ? 'log' : level](detail ? `${message} ${JSON.stringify(detail)}` : message));
    const fatalOf = (c: MessagingConnections): ((error: Error) => void) =>
      c.onFatal ??
      ((error) => {
        logOf(c)('error', 'messaging can not go on in this process', { error: error.message });
        process.exit(1);
      });
    const providers: Provider[] = [
      connections,
      { provide: PostgresStore, inject: [given], useFactory: (c: MessagingConnections) => new PostgresStore(c.dataSource) },
      { provide: KafkaClient, inject: [given], useFactory: (c: MessagingConnections) => kafkaClient({ ...c, log: logOf(c) }) },
      {
        provide: Relay,
        inject: [PostgresStore, KafkaClient, given],
        useFactory: (store: Store, kafka: KafkaClient, c: MessagingConnections) => new Relay(store, kafka, topics, options.service, world, logOf(c)),
      },
      { provide: Runner, inject: [PostgresStore], useFactory: (store: Store) => new Runner(store, lockOrder, world) },
      { provide: CommandGate, inject: [Runner], useFactory: (runner: Runner) => new CommandGate(runner, world) },
      { provide: Commands, useExisting: CommandGate },
      { provide: Outbox, inject: [Relay], useFactory: (relay: Relay) => new Outbox(relay, world) },
      { provide: Commits, inject: [Runner], useFactory: (runner: Runner) => new Commits(runner) },
      {
        provide: KafkaTransport,
        inject: [KafkaClient, PostgresStore, Runner, given],
        useFactory: (kafka: KafkaClient, store: Store, runner: Runner, c: MessagingConnections) =>
          new KafkaTransport(options, lockOrder, kafka, store, runner, world, logOf(c), fatalOf(c)),
      },
      { provide: MessagingHealth, inject: [KafkaTransport, Relay], useFactory: (transport: KafkaTransport, relay: Relay) => new MessagingHealth(transport, relay) },
      {
        provide: MessagingLife,
        inject: [ModuleRef, KafkaClient, PostgresStore, Runner, CommandGate, Relay, KafkaTransport, given],
        useFactory: (
          modules: ModuleRef, kafka: KafkaClient, store: Store, runner: Runner, gate: CommandGate, relay: Relay, transport: KafkaTransport, c: MessagingConnections,
        ) => {
          const log = logOf(c);
          const effects = new Effects(store, runner, world, {
            abreast: effectsAbreast,
            log,
            get effects() {
              return (options.effects ?? []).map((type) => modules.get<AnyEffect>(type, { strict: false }));
            },
          });
          const sagas = options.sagas ?? [];
          const deadlines =
            sagas.length === 0
              ? undefined
              : new Deadlines(store, kafka, runner, world, {
                  group: options.service,
                  partitionsOf: (topic) => topics.partitionsOf(topic),
                  sagas,
                  log,
                  get topics() {
                    return transport.mainTopics;
                  },
                });
          runner.onCommitted(({ said, wished }) => {
            if (said > 0) relay.wake();
            if (wished > 0) effects.wake();
          });
          messagingMetrics({ service: options.service, store, kafka, transport, relay, runner });
          return new MessagingLife({ relay, effects, deadlines, gate, transport, kafka });
        },
      },
    ];
    const exported = [KafkaClient, Commands, CommandGate, Outbox, Commits, KafkaTransport, MessagingHealth, MessagingLife, Relay, Runner, PostgresStore];
    return { module: MessagingModule, global: true, providers, exports: exported };
  }
}

const withSagas = (lockOrder: readonly AnyTable[]): AnyTable[] => [
  ...lockOrder,
  ...[Sagas, SagaJournal].filter((table) => !lockOrder.some(({ name }) => name === table.name)),
];
