import {
  Global,
  Logger,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { KafkaTransport } from './consume/kafka-transport.js';
import { Commands } from './decide/index.js';
import type { AnyEffect } from './effects/effects.js';
import { KafkaClient, kafkaClient } from './kafka/index.js';
import { messagingMetrics } from './messaging.metrics.js';
import type { Log, MessagingConnections, MessagingOptions } from './messaging.options.js';
import { MessagingParts } from './messaging.parts.js';
import { Outbox } from './outbox/outbox.js';
import { Relay } from './outbox/relay.js';
import { usualLimits } from './postgres/postgres-limits.js';
import { PostgresStore } from './postgres/postgres-store.js';
import { CommandGate } from './run/command-gate.js';
import { Runner } from './run/runner.js';
import { systemWorld } from './system.js';

/** Tells what commits have changed, in this process: to wake whoever waits for a row. */
export class Commits {
  constructor(private readonly runner: Runner) {}

  onCommitted(listener: (changes: readonly { readonly table: string; readonly key: string }[]) => void): void {
    this.runner.onCommitted(({ changes }) => {
      if (changes.length > 0) listener(changes);
    });
  }
}

/** Starts and stops the parts with their application. */
export class MessagingLife implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    private readonly parts: MessagingParts,
    private readonly kafka: KafkaClient,
  ) {}

  onApplicationBootstrap(): void {
    this.parts.start();
  }

  /** HTTP goes on until its server closes. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.parts.leave();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.parts.finish();
    await this.kafka.close();
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
  static forRootAsync(
    options: MessagingOptions,
    connections: {
      inject?: unknown[];
      useFactory: (...args: never[]) => MessagingConnections | Promise<MessagingConnections>;
    },
  ): DynamicModule {
    const given = Symbol('MessagingConnections');
    return this.build(options, given, {
      provide: given,
      inject: (connections.inject ?? []) as never[],
      useFactory: connections.useFactory,
    });
  }

  static forRoot(options: MessagingOptions, connections: MessagingConnections): DynamicModule {
    const given = Symbol('MessagingConnections');
    return this.build(options, given, { provide: given, useValue: connections });
  }

  private static build(options: MessagingOptions, given: symbol, connections: Provider): DynamicModule {
    const nest = new Logger('messaging');
    const world = systemWorld;
    const logOf = (c: MessagingConnections): Log =>
      c.log ??
      ((level, message, detail) =>
        nest[level === 'info' ? 'log' : level](detail ? `${message} ${JSON.stringify(detail)}` : message));
    const fatalOf = (c: MessagingConnections): ((error: Error) => void) =>
      c.onFatal ??
      ((error) => {
        logOf(c)('error', 'messaging can not go on in this process', { error: error.message });
        process.exit(1);
      });
    const providers: Provider[] = [
      connections,
      {
        provide: PostgresStore,
        inject: [given],
        useFactory: (c: MessagingConnections) =>
          new PostgresStore(
            c.dataSource,
            c.statementTimeout === undefined ? usualLimits : { statement: c.statementTimeout },
          ),
      },
      {
        provide: KafkaClient,
        inject: [given],
        useFactory: (c: MessagingConnections) => kafkaClient({ ...c, log: logOf(c) }),
      },
      {
        provide: MessagingParts,
        inject: [ModuleRef, KafkaClient, PostgresStore, given],
        useFactory: (modules: ModuleRef, kafka: KafkaClient, store: PostgresStore, c: MessagingConnections) =>
          new MessagingParts(options, { store, kafka, world, log: logOf(c), onFatal: fatalOf(c) }, () =>
            (options.effects ?? []).map((type) => modules.get<AnyEffect>(type, { strict: false })),
          ),
      },
      { provide: Relay, inject: [MessagingParts], useFactory: ({ relay }: MessagingParts) => relay },
      { provide: Runner, inject: [MessagingParts], useFactory: ({ runner }: MessagingParts) => runner },
      { provide: CommandGate, inject: [MessagingParts], useFactory: ({ gate }: MessagingParts) => gate },
      { provide: Commands, useExisting: CommandGate },
      { provide: Outbox, inject: [Relay], useFactory: (relay: Relay) => new Outbox(relay, world) },
      { provide: Commits, inject: [Runner], useFactory: (runner: Runner) => new Commits(runner) },
      { provide: KafkaTransport, inject: [MessagingParts], useFactory: ({ transport }: MessagingParts) => transport },
      {
        provide: MessagingHealth,
        inject: [KafkaTransport, Relay],
        useFactory: (transport: KafkaTransport, relay: Relay) => new MessagingHealth(transport, relay),
      },
      {
        provide: MessagingLife,
        inject: [MessagingParts, KafkaClient, PostgresStore],
        useFactory: (parts: MessagingParts, kafka: KafkaClient, store: PostgresStore) => {
          messagingMetrics({ ...parts, service: options.service, store, kafka });
          return new MessagingLife(parts, kafka);
        },
      },
    ];
    const exported = [
      KafkaClient,
      Commands,
      CommandGate,
      Outbox,
      Commits,
      KafkaTransport,
      MessagingHealth,
      MessagingLife,
      Relay,
      Runner,
      PostgresStore,
    ];
    return { module: MessagingModule, global: true, providers, exports: exported };
  }
}
