import { Logger, Module, type DynamicModule, type Provider } from '@nestjs/common';
import {
  Commits,
  KafkaClient,
  KafkaTransport,
  MessagingHealth,
  MessagingModule,
  kafkaClient,
  messagingMigrations,
  type MessagingOptions,
} from '@tradewind/messaging';
import { DataSource } from 'typeorm';
import { SigningKeysHandler } from './auth/signing-keys.handler.js';
import { SigningKeys } from './auth/signing-keys.table.js';
import { StoredKeyRing } from './auth/stored-key-ring.js';
import { KeyRing } from './auth/token.js';
import type { DatabaseConfig, SealingConfig, ServiceConfig } from './config/index.js';
import { DatabaseLife } from './database/database-life.js';
import { databaseFault, openDatabase, type Migration } from './database/index.js';
import { KafkaLife } from './discovery/kafka-life.js';
import { Consumers, edgeExports, edgeProviders } from './edge.providers.js';
import { Health } from './health/index.js';
import { HealthController } from './health/health.controller.js';
import { logAsJson } from './logs/index.js';
import { Metrics } from './metrics/index.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { DataKeysHandler } from './sealing/data-keys.handler.js';
import { DataKeys, Sealer, dataKeySecret } from './sealing/index.js';
import { StoredSealer } from './sealing/stored-sealer.js';
import { serviceMigrations } from './service.migrations.js';
import { Awaiting, CaughtUp, PollingAwaiting } from './waiting/index.js';
import { Clock, Randomness, Timers } from './world.js';

export interface ServiceOptions {
  readonly config: DatabaseConfig;
  /** The service's own, by hand, in order; those of the libraries are added. */
  readonly migrations: readonly Migration[];
  /** The lock order of the service's own tables; signing and data keys come before it. */
  readonly messaging: MessagingOptions;
  /** True where the service holds sealed fields: gives `Sealer`; the config is a SealingConfig. */
  readonly sealing?: boolean;
}

export interface EdgeOptions {
  readonly config: ServiceConfig;
  readonly service: string;
  /** Where the public keys of access tokens come from. */
  readonly keyRing: Provider<KeyRing>;
}

/** What every service has. Global: its providers need no import elsewhere. */
@Module({})
export class ServiceModule {
  static forRoot({ config, migrations, messaging, sealing = false }: ServiceOptions): DynamicModule {
    const { service } = messaging;
    logAsJson(config, service);
    const own = [SigningKeys, DataKeys];
    const lockOrder = [...own, ...messaging.lockOrder.filter(({ name }) => own.every((table) => table.name !== name))];
    const all = [...messagingMigrations, ...serviceMigrations, ...migrations];
    return {
      module: ServiceModule,
      global: true,
      imports: [
        MessagingModule.forRootAsync(
          { ...messaging, lockOrder },
          {
            inject: [DataSource],
            useFactory: (dataSource: DataSource) => ({
              brokers: config.KAFKA_BROKERS,
              clientId: config.INSTANCE_ID,
              dataSource,
              statementTimeout: config.STATEMENT_TIMEOUT_MS,
            }),
          },
        ),
      ],
      controllers: [HealthController, MetricsController, SigningKeysHandler, ...(sealing ? [DataKeysHandler] : [])],
      providers: [
        ...edgeProviders(service, config),
        ...storedProviders(config, service, all),
        ...(sealing ? [sealerProvider(config as SealingConfig)] : []),
      ],
      exports: [...edgeExports, DataSource, KeyRing, Awaiting, ...(sealing ? [Sealer] : [])],
    };
  }

  /** For a service that keeps nothing: no database, no commands, no handlers; a KafkaClient, health, metrics, tokens, heartbeats. */
  static withoutDatabase({ config, service, keyRing }: EdgeOptions): DynamicModule {
    logAsJson(config, service);
    return {
      module: ServiceModule,
      global: true,
      controllers: [HealthController, MetricsController],
      providers: [...edgeProviders(service, config), keyRing, ...brokerProviders(config)],
      exports: [...edgeExports, KafkaClient, KeyRing],
    };
  }
}

const brokerProviders = (config: ServiceConfig): Provider[] => [
  KafkaLife,
  { provide: Consumers, useValue: null },
  {
    provide: KafkaClient,
    useFactory: () => kafkaClient({ brokers: config.KAFKA_BROKERS, clientId: config.INSTANCE_ID, log: brokerLog }),
  },
];

const brokerLog = (_level: string, message: string, detail: object): void => new Logger('Kafka').warn(message, detail);

const storedProviders = (config: DatabaseConfig, service: string, migrations: readonly Migration[]): Provider[] => [
  DatabaseLife,
  { provide: Consumers, useExisting: KafkaTransport },
  {
    provide: DataSource,
    inject: [Clock, Timers, Health, Metrics],
    useFactory: async (clock: Clock, timers: Timers, health: Health, metrics: Metrics) => {
      const dataSource = await openDatabase(config, config.INSTANCE_ID, migrations, { clock, timers });
      health.needs('the database', () => databaseFault(dataSource));
      metrics.gauge(
        'database_connections',
        'Connections of the pool, by what they do.',
        () => poolOf(dataSource),
        'state',
      );
      return dataSource;
    },
  },
  {
    provide: Awaiting,
    inject: [Timers, Commits, Health, MessagingHealth],
    useFactory: (timers: Timers, commits: Commits, health: Health, messaging: MessagingHealth) => {
      const awaiting = new PollingAwaiting(timers, (listener) => commits.onCommitted(listener));
      health.watches(() => messaging.degraded());
      health.whenDraining(() => awaiting.end());
      return awaiting;
    },
  },
  {
    provide: CaughtUp,
    inject: [KafkaClient, Timers, Clock],
    useFactory: (kafka: KafkaClient, timers: Timers, clock: Clock) =>
      new CaughtUp(kafka, `${service}.keys`, timers, clock),
  },
  {
    provide: KeyRing,
    inject: [DataSource, Awaiting, CaughtUp, Clock, Commits],
    useFactory: (dataSource: DataSource, awaiting: Awaiting, caughtUp: CaughtUp, clock: Clock, commits: Commits) =>
      new StoredKeyRing(dataSource, awaiting, caughtUp, clock, (listener) => commits.onCommitted(listener)),
  },
];

const sealerProvider = (config: SealingConfig): Provider => ({
  provide: Sealer,
  inject: [DataSource, Awaiting, CaughtUp, Clock, Randomness, Commits],
  useFactory: (
    dataSource: DataSource,
    awaiting: Awaiting,
    caughtUp: CaughtUp,
    clock: Clock,
    ...[randomness, commits]: [Randomness, Commits]
  ) =>
    new StoredSealer(
      dataKeySecret(config.DATA_KEY_SECRET),
      dataSource,
      awaiting,
      caughtUp,
      { clock, randomness },
      (listener) => commits.onCommitted(listener),
    ),
});

const poolOf = (dataSource: DataSource): Record<string, number> => {
  const { master } = dataSource.driver as unknown as {
    master: { totalCount: number; idleCount: number; waitingCount: number };
  };
  return { busy: master.totalCount - master.idleCount, idle: master.idleCount, awaited: master.waitingCount };
};
