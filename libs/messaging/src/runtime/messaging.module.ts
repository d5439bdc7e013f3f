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
import { kafkaClient } from '../adapters/kafkajs/index.js';
import { appendOutbox } from '../adapters/postgres/outbox-sql.js';
import { defaultLimits } from '../adapters/postgres/postgres-limits.js';
import { PostgresStore } from '../adapters/postgres/postgres-store.js';
import { systemPorts } from '../adapters/system/system.js';
import { KafkaTransport } from '../consumer/kafka-transport.js';
import type { AnyEffect } from '../effects/effect.js';
import { CommandBatcher } from '../handling/command-batcher.js';
import { Commands } from '../handling/index.js';
import { Runner } from '../handling/runner.js';
import { Outbox } from '../outbox/outbox.js';
import { Relay } from '../outbox/relay.js';
import { KafkaClient, type Log } from '../ports/index.js';
import { messagingMetrics } from './messaging.metrics.js';
import type { MessagingConnections, MessagingOptions } from './messaging.options.js';
import { MessagingRuntime } from './messaging-runtime.js';

/** Reports the rows that commits in this process changed. */
export class CommitEvents {
  constructor(private readonly runner: Runner) {}

  onCommitted(listener: (changes: readonly { readonly table: string; readonly key: string }[]) => void): void {
    this.runner.onCommitted(({ changes }) => {
      if (changes.length > 0) listener(changes);
    });
  }
}

/** Starts and stops the library with its application. */
export class MessagingLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    private readonly runtime: MessagingRuntime,
    private readonly kafka: KafkaClient,
  ) {}

  onApplicationBootstrap(): void {
    this.runtime.start();
  }

  /** HTTP continues until its server closes. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.runtime.stopConsuming();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.runtime.stop();
    await this.kafka.close();
  }
}

/** Problems although commands are accepted: for the `degraded` part of readiness. */
export class MessagingHealth {
  constructor(
    private readonly transport: KafkaTransport,
    private readonly relay: Relay,
  ) {}

  degraded(): string[] {
    return [...this.transport.problems, ...(this.relay.problem === undefined ? [] : [this.relay.problem])];
  }
}

const exported = [
  KafkaClient,
  Commands,
  CommandBatcher,
  Outbox,
  CommitEvents,
  KafkaTransport,
  MessagingHealth,
  MessagingLifecycle,
  Relay,
  Runner,
  PostgresStore,
];

/** The library as one global module: outbox and relay, inbox and consumers, commands, effects, sagas. */
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
    const token = Symbol('MessagingConnections');
    return this.build(options, token, {
      provide: token,
      inject: (connections.inject ?? []) as never[],
      useFactory: connections.useFactory,
    });
  }

  static forRoot(options: MessagingOptions, connections: MessagingConnections): DynamicModule {
    const token = Symbol('MessagingConnections');
    return this.build(options, token, { provide: token, useValue: connections });
  }

  private static build(options: MessagingOptions, token: symbol, connections: Provider): DynamicModule {
    const ports = systemPorts;
    const providers: Provider[] = [
      connections,
      {
        provide: PostgresStore,
        inject: [token],
        useFactory: ({ dataSource, statementTimeoutMs }: MessagingConnections) =>
          new PostgresStore(
            dataSource,
            statementTimeoutMs === undefined ? defaultLimits : { statementMs: statementTimeoutMs },
          ),
      },
      {
        provide: KafkaClient,
        inject: [token],
        useFactory: (c: MessagingConnections) => kafkaClient({ ...c, log: logOf(c) }),
      },
      {
        provide: MessagingRuntime,
        inject: [ModuleRef, KafkaClient, PostgresStore, token],
        useFactory: (modules: ModuleRef, kafka: KafkaClient, store: PostgresStore, c: MessagingConnections) =>
          new MessagingRuntime(options, { store, kafka, ports, log: logOf(c), onFatal: fatalOf(c) }, () =>
            (options.effects ?? []).map((type) => modules.get<AnyEffect>(type, { strict: false })),
          ),
      },
      partOf(Relay, ({ relay }) => relay),
      partOf(Runner, ({ runner }) => runner),
      partOf(CommandBatcher, ({ commands }) => commands),
      partOf(KafkaTransport, ({ transport }) => transport),
      { provide: Commands, useExisting: CommandBatcher },
      partOf(Outbox, ({ relay }) => new Outbox(appendOutbox, relay, ports)),
      partOf(CommitEvents, ({ runner }) => new CommitEvents(runner)),
      partOf(MessagingHealth, ({ transport, relay }) => new MessagingHealth(transport, relay)),
      {
        provide: MessagingLifecycle,
        inject: [MessagingRuntime, KafkaClient, PostgresStore],
        useFactory: (runtime: MessagingRuntime, kafka: KafkaClient, store: PostgresStore) => {
          const { transport, relay, runner } = runtime;
          messagingMetrics({ store, kafka, ports, transport, relay, runner });
          return new MessagingLifecycle(runtime, kafka);
        },
      },
    ];
    return { module: MessagingModule, global: true, providers, exports: exported };
  }
}

const partOf = <T>(
  provide: abstract new (...args: never[]) => T,
  useFactory: (runtime: MessagingRuntime) => T,
): Provider => ({
  provide,
  inject: [MessagingRuntime],
  useFactory,
});

function logOf({ log }: MessagingConnections): Log {
  const nest = new Logger('messaging');
  return (
    log ??
    ((level, message, detail) =>
      nest[level === 'info' ? 'log' : level](detail ? `${message} ${JSON.stringify(detail)}` : message))
  );
}

const fatalOf = (connections: MessagingConnections): ((error: Error) => void) =>
  connections.onFatal ??
  ((error) => {
    logOf(connections)('error', 'messaging cannot go on in this process', { error: error.message });
    process.exit(1);
  });
