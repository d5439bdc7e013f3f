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
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { kafkaClient } from '../adapters/kafkajs/index.js';
import { appendOutbox } from '../adapters/postgres/outbox-sql.js';
import { defaultLimits } from '../adapters/postgres/postgres-limits.js';
import { PostgresStore } from '../adapters/postgres/postgres-store.js';
import { systemPorts } from '../adapters/system/system.js';
import { KafkaTransport } from '../consumer/kafka-transport.js';
import type { AnyEffect } from '../effects/effect.js';
import { inCallerTransaction } from '../adapters/postgres/in-caller-transaction.js';
import { DecisionWriter } from '../handling/decision-writer.js';
import { Sagas } from '../sagas/sagas.js';
import { CommandBatcher } from '../handling/command-batcher.js';
import { Commands } from '../handling/index.js';
import { Runner } from '../handling/runner.js';
import { Outbox } from '../outbox/outbox.js';
import { Relay } from '../outbox/relay.js';
import { KafkaClient, type Log, type RuntimePorts, type Store } from '../ports/index.js';
import { DescriptionWriter } from './description-writer.js';
import { featureToken, optionsOf, type DeclaredFeature } from './messaging-features.js';
import { messagingMetrics } from './messaging.metrics.js';
import { messagingToken } from './messaging-token.js';
import {
  checkSettings,
  type MessagingAsyncSettings,
  type MessagingFeature,
  type MessagingSettings,
} from './messaging.options.js';
import { MessagingRuntime } from './messaging-runtime.js';
import { shutDown } from './shut-down.js';

const settingsToken = Symbol('MessagingSettings');

/** Reports the rows that commits in this process changed. */
export class CommitEvents {
  constructor(private readonly runner: Runner) {}

  onCommitted(listener: (changes: readonly { readonly table: string; readonly key: string }[]) => void): void {
    this.runner.onCommitted(({ changes }) => {
      if (changes.length > 0) listener(changes);
    });
  }

  /** With the messages that a transaction has put into the outbox, and the rows that it changed. */
  onPublished(
    listener: (
      messages: readonly { readonly type: string; readonly key: string }[],
      changes: readonly { readonly table: string; readonly key: string; readonly row: object | undefined }[],
    ) => void,
  ): void {
    this.runner.onCommitted(({ messages, changes }) => {
      if (messages.length > 0) listener(messages, changes);
    });
  }
}

/** Starts and stops the library with its application. */
export class MessagingLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  #removeMetrics: (() => void) | undefined;

  constructor(
    private readonly runtime: MessagingRuntime,
    private readonly parts: {
      readonly kafka: KafkaClient;
      readonly store: Store;
      readonly ports: RuntimePorts;
      readonly descriptions: DescriptionWriter;
      /** False: the application made the client and closes it. */
      readonly ownsKafka: boolean;
    },
  ) {}

  /** Before HTTP is served and after every module is initialised, so that migrations may run in any `onModuleInit`. */
  async onApplicationBootstrap(): Promise<void> {
    const { transport, relay, runner, retention, effects, options } = this.runtime;
    const parts = { transport, relay, runner, retention, effects, sagas: options.sagas ?? [] };
    this.#removeMetrics = messagingMetrics({ ...this.parts, service: options.service, ...parts });
    await this.runtime.start();
    this.parts.descriptions.start();
  }

  /** HTTP continues until its server closes. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.parts.descriptions.stop(), this.runtime.stopConsuming()]);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.runtime.stop();
    this.#removeMetrics?.();
    if (this.parts.ownsKafka) await this.parts.kafka.close();
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
  DescriptionWriter,
  KafkaTransport,
  MessagingHealth,
  MessagingLifecycle,
  MessagingRuntime,
  Relay,
  Runner,
  Sagas,
  PostgresStore,
];

/** Marks the module of a feature's declarations. */
@Module({})
class MessagingFeatureModule {}

/**
 * The library as one global module: outbox and relay, inbox and consumers, commands, effects, sagas. `forRoot` or `forRootAsync` once for each
 * database, `forFeature` in each module that declares messages.
 */
@Global()
@Module({})
export class MessagingModule {
  static forRoot(settings: MessagingSettings & { readonly name?: string }): DynamicModule {
    return this.forRootAsync({
      ...(settings.name === undefined ? {} : { name: settings.name }),
      useFactory: () => settings,
    });
  }

  static forRootAsync({ name, imports = [], inject = [], useFactory }: MessagingAsyncSettings): DynamicModule {
    const token = <T extends (abstract new (...args: never[]) => unknown) | symbol>(part: T): T | symbol =>
      messagingToken(part as symbol, name);
    const ports = systemPorts;
    const partOf = <T>(
      provide: abstract new (...args: never[]) => T,
      part: (runtime: MessagingRuntime) => T,
    ): Provider => ({ provide: token(provide), inject: [token(MessagingRuntime)], useFactory: part });
    const providers: Provider[] = [
      {
        provide: token(settingsToken),
        inject,
        useFactory: async (...args: never[]) => {
          const settings = await useFactory(...args);
          checkSettings(settings);
          return settings;
        },
      },
      {
        provide: token(PostgresStore),
        inject: [token(settingsToken)],
        useFactory: ({ dataSource, statementTimeoutMs }: MessagingSettings) =>
          new PostgresStore(
            dataSource,
            statementTimeoutMs === undefined ? defaultLimits : { statementMs: statementTimeoutMs },
          ),
      },
      {
        provide: token(KafkaClient),
        inject: [token(settingsToken)],
        useFactory: (settings: MessagingSettings) =>
          'brokers' in settings.kafka
            ? kafkaClient({ readerGroups: settings.service, ...settings.kafka, log: logOf(settings) })
            : settings.kafka,
      },
      {
        provide: token(MessagingRuntime),
        inject: [ModuleRef, ModulesContainer, token(KafkaClient), token(PostgresStore), token(settingsToken)],
        useFactory: (
          modules: ModuleRef,
          container: ModulesContainer,
          kafka: KafkaClient,
          store: PostgresStore,
          settings: MessagingSettings,
        ) => {
          checkOnlyOne(container, token(settingsToken), name);
          const options = optionsOf(settings, container, name);
          const log = logOf(settings);
          const runtime: MessagingRuntime = new MessagingRuntime(
            options,
            { store, kafka, ports, log, name, onFatal: (error) => fail(error) },
            () => (options.effects ?? []).map((type) => modules.get<AnyEffect>(type, { strict: false })),
          );
          const stop = (): Promise<void> => runtime.stopConsuming().then(() => runtime.stop());
          let failed = false;
          const fail =
            settings.onFatal ??
            ((error: Error) => {
              // Relay and consumers may find the same error.
              if (failed) return;
              failed = true;
              log('error', 'messaging cannot go on in this process', { error: error.message });
              shutDown(stop);
            });
          return runtime;
        },
      },
      partOf(Relay, ({ relay }) => relay),
      partOf(Runner, ({ runner }) => runner),
      partOf(CommandBatcher, ({ commands }) => commands),
      partOf(KafkaTransport, ({ transport }) => transport),
      { provide: token(Commands), useExisting: token(CommandBatcher) },
      partOf(Outbox, ({ relay }) => new Outbox(appendOutbox, relay, ports)),
      partOf(Sagas, ({ lockOrder }) => new Sagas(new DecisionWriter(inCallerTransaction, lockOrder, ports))),
      partOf(CommitEvents, ({ runner }) => new CommitEvents(runner)),
      partOf(MessagingHealth, ({ transport, relay }) => new MessagingHealth(transport, relay)),
      {
        provide: token(DescriptionWriter),
        inject: [ModuleRef, ModulesContainer, token(MessagingRuntime), token(PostgresStore)],
        useFactory: (
          providers: ModuleRef,
          modules: ModulesContainer,
          { options, environment: { log } }: MessagingRuntime,
          { descriptions: store }: PostgresStore,
        ) => new DescriptionWriter({ options, modules, providers, name }, { store, ports, log }),
      },
      {
        provide: token(MessagingLifecycle),
        inject: [
          token(MessagingRuntime),
          token(KafkaClient),
          token(PostgresStore),
          token(DescriptionWriter),
          token(settingsToken),
        ],
        useFactory: (
          runtime: MessagingRuntime,
          kafka: KafkaClient,
          store: PostgresStore,
          descriptions: DescriptionWriter,
          settings: MessagingSettings,
        ) =>
          new MessagingLifecycle(runtime, {
            kafka,
            store,
            ports,
            descriptions,
            ownsKafka: 'brokers' in settings.kafka,
          }),
      },
    ];
    return {
      module: MessagingModule,
      global: true,
      imports: [...imports],
      providers,
      exports: exported.map((part) => token(part)),
    };
  }

  /** Declares messages, tables, sagas and effects of a feature. `name`: the MessagingModule that it belongs to. */
  static forFeature({ name, ...feature }: MessagingFeature & { readonly name?: string }): DynamicModule {
    const declared: DeclaredFeature = { name, feature };
    return { module: MessagingFeatureModule, providers: [{ provide: featureToken, useValue: declared }] };
  }
}

/** Throws a TypeError for a second module with the same name: one of the two would never consume. */
function checkOnlyOne(modules: ModulesContainer, settings: symbol, name: string | undefined): void {
  const roots = [...modules.values()].filter(({ providers }) => providers.has(settings)).length;
  if (roots > 1)
    throw new TypeError(
      `MessagingModule.forRoot was imported ${roots} times ${name === undefined ? 'without a name' : `with the name ${name}`}: give each database a name of its own`,
    );
}

function logOf({ log }: MessagingSettings): Log {
  const nest = new Logger('messaging');
  return (
    log ??
    ((level, message, detail) =>
      nest[level === 'info' ? 'log' : level](detail ? `${message} ${JSON.stringify(detail)}` : message))
  );
}
