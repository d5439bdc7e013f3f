import { Logger, Module, type DynamicModule, type Provider } from '@nestjs/common';
import {
  KafkaClient,
  KafkaTransport,
  MessagingHealth,
  MessagingModule,
  kafkaClient,
  messagingMigrations,
} from '@tradewind/messaging';
import { CommitEvents, type MessagingOptions } from '@tradewind/messaging/internals';
import { DataSource } from 'typeorm';
import { noRevocations, Revocations } from './auth/revocations.js';
import { StoredRevocations } from './auth/stored-revocations.js';
import { StoredKeyRing } from './auth/stored-key-ring.js';
import { KeyRing } from './auth/token.js';
import { kafkaSettings, type DatabaseConfig, type SealingConfig, type ServiceConfig } from './config/index.js';
import { DatabaseShutdown } from './database/database-shutdown.js';
import { databaseFailure, openDatabase, type Migration } from './database/index.js';
import { KafkaShutdown } from './discovery/kafka-shutdown.js';
import { Consumers, httpExports, httpProviders } from './http.providers.js';
import { Health } from './health/index.js';
import { HealthController } from './health/health.controller.js';
import { logAsJson } from './logs/index.js';
import { Metrics } from './metrics/index.js';
import { completeLockOrder, handlersOfEveryService } from './every-service.js';
import { Sealer, dataKeySecrets } from './sealing/index.js';
import { StoredSealer } from './sealing/stored-sealer.js';
import { serviceMigrations } from './database/service.migrations.js';
import { RowWaiter, TopicProgress, PollingRowWaiter } from './waiting/index.js';
import { Clock, RuntimePorts, Timers } from './runtime-ports.js';
import { StartPhases } from './start-phases.js';

export interface ServiceOptions {
  readonly config: DatabaseConfig;
  /** The service's own, in order; those of the libraries run before them. */
  readonly migrations: readonly Migration[];
  /** `lockOrder` contains the service's own tables; the tables of signing keys and data keys are put before them. */
  readonly messaging: MessagingOptions;
  /** True if the service stores sealed fields: provides `Sealer`; the config must be a SealingConfig. */
  readonly sealing?: boolean;
}

export interface StatelessServiceOptions {
  readonly config: ServiceConfig;
  readonly service: string;
  /** Provides the public keys of access tokens. */
  readonly keyRing: Provider<KeyRing>;
}

/** The common part of every service. Global: its providers need no import elsewhere. */
@Module({})
export class ServiceModule {
  static forRoot({ config, migrations, messaging, sealing = false }: ServiceOptions): DynamicModule {
    const { service, contracts, deadLetters, effectConcurrency, sagas = [], effects = [], ignored = {} } = messaging;
    logAsJson(config, service);
    const lockOrder = completeLockOrder(messaging.lockOrder);
    const all = [...messagingMigrations, ...serviceMigrations, ...migrations];
    return {
      module: ServiceModule,
      global: true,
      imports: [
        MessagingModule.forRootAsync({
          inject: [DataSource],
          useFactory: (dataSource: DataSource) => ({
            service,
            kafka: kafkaSettings(config, service),
            dataSource,
            statementTimeoutMs: config.STATEMENT_TIMEOUT_MS,
            log: messagingLog,
            logHandled: ['debug', 'trace'].includes(config.LOG_LEVEL),
            ...(deadLetters ? { deadLetters } : {}),
            ...(effectConcurrency === undefined ? {} : { effectConcurrency }),
          }),
        }),
        MessagingModule.forFeature({ messages: contracts.classes, tables: lockOrder, sagas, effects, ignored }),
      ],
      controllers: [HealthController, ...handlersOfEveryService(sealing)],
      providers: [
        ...httpProviders(service, config),
        ...databaseProviders(config, service, all),
        ...(sealing ? [sealerProvider(config as SealingConfig)] : []),
      ],
      exports: [...httpExports, DataSource, KeyRing, RowWaiter, ...(sealing ? [Sealer] : [])],
    };
  }

  /** For a service without database, commands and handlers: KafkaClient, health, metrics, access tokens and heartbeats only. */
  static withoutDatabase({ config, service, keyRing }: StatelessServiceOptions): DynamicModule {
    logAsJson(config, service);
    return {
      module: ServiceModule,
      global: true,
      controllers: [HealthController],
      providers: [
        ...httpProviders(service, config),
        keyRing,
        { provide: Revocations, useValue: noRevocations },
        ...brokerProviders(config, service),
      ],
      exports: [...httpExports, KafkaClient, KeyRing],
    };
  }
}

/** The detail becomes fields of the line. */
function messagingLog(level: 'debug' | 'info' | 'warn' | 'error', message: string, detail?: object): void {
  const logger = new Logger('messaging');
  logger[level === 'info' ? 'log' : level](message, ...(detail ? [detail] : []));
}

const brokerProviders = (config: ServiceConfig, service: string): Provider[] => [
  KafkaShutdown,
  { provide: Consumers, useValue: null },
  {
    provide: KafkaClient,
    useFactory: () => kafkaClient({ ...kafkaSettings(config, service), log: brokerLog }),
  },
];

const brokerLog = (_level: string, message: string, detail: object): void => new Logger('Kafka').warn(message, detail);

const databaseProviders = (config: DatabaseConfig, service: string, migrations: readonly Migration[]): Provider[] => [
  DatabaseShutdown,
  { provide: Consumers, useExisting: KafkaTransport },
  {
    provide: DataSource,
    inject: [Clock, Timers, Health, Metrics, StartPhases],
    useFactory: async (clock: Clock, timers: Timers, health: Health, metrics: Metrics, phases: StartPhases) => {
      phases.end('modules');
      const dataSource = await openDatabase(config, config.INSTANCE_ID, migrations, { clock, timers });
      phases.end('database');
      health.addCheck('the database', () => databaseFailure(dataSource));
      metrics.labelledGauge('tradewind_database_connections', 'Connections of the pool, by state.', 'state', () =>
        poolStates(dataSource),
      );
      return dataSource;
    },
  },
  {
    provide: RowWaiter,
    inject: [Timers, CommitEvents, Health, MessagingHealth],
    useFactory: (timers: Timers, commits: CommitEvents, health: Health, messaging: MessagingHealth) => {
      const rowWaiter = new PollingRowWaiter(timers, (listener) => commits.onCommitted(listener));
      health.addDegradation(() => messaging.degraded());
      health.onDraining(() => rowWaiter.stop());
      return rowWaiter;
    },
  },
  {
    provide: TopicProgress,
    inject: [KafkaClient, Timers, Clock],
    useFactory: (kafka: KafkaClient, timers: Timers, clock: Clock) =>
      new TopicProgress(kafka, `${service}.keys`, timers, clock),
  },
  {
    provide: Revocations,
    inject: [DataSource, Timers, CommitEvents],
    useFactory: (dataSource: DataSource, timers: Timers, commits: CommitEvents) =>
      new StoredRevocations(dataSource, timers, (listener) => commits.onCommitted(listener)),
  },
  {
    provide: KeyRing,
    inject: [DataSource, RowWaiter, TopicProgress, Clock, CommitEvents],
    useFactory: (
      dataSource: DataSource,
      rowWaiter: RowWaiter,
      topicProgress: TopicProgress,
      clock: Clock,
      commits: CommitEvents,
    ) => new StoredKeyRing(dataSource, rowWaiter, topicProgress, clock, (listener) => commits.onCommitted(listener)),
  },
];

const sealerProvider = (config: SealingConfig): Provider => ({
  provide: Sealer,
  inject: [DataSource, RowWaiter, TopicProgress, RuntimePorts, CommitEvents],
  useFactory: (
    dataSource: DataSource,
    rowWaiter: RowWaiter,
    topicProgress: TopicProgress,
    ports: RuntimePorts,
    commits: CommitEvents,
  ) =>
    new StoredSealer(dataKeySecrets(config.DATA_KEY_SECRET), dataSource, rowWaiter, topicProgress, ports, (listener) =>
      commits.onCommitted(listener),
    ),
});

const poolStates = (dataSource: DataSource): Record<string, number> => {
  const { master } = dataSource.driver as unknown as {
    master: { totalCount: number; idleCount: number; waitingCount: number };
  };
  return { busy: master.totalCount - master.idleCount, idle: master.idleCount, waiting: master.waitingCount };
};
