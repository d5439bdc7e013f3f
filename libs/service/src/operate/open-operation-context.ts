import { kafkaClient, messagingMigrations } from '@tradewind/messaging';
import {
  MessagingRuntime,
  PostgresStore,
  systemPorts,
  type Log,
  type MessagingOptions,
} from '@tradewind/messaging/internals';
import type { OperationContext, Recovery } from '@tradewind/operations';
import { SigningRoot } from '../auth/signing-root.js';
import { kafkaSettings, type DatabaseConfig } from '../config/index.js';
import { applyMigrations, connect, dataSourceOf, migrationsTable, type Migration } from '../database/index.js';
import { serviceMigrations } from '../database/service.migrations.js';
import { completeLockOrder, handlersOfEveryService } from '../every-service.js';
import { describeDefinition } from './describe-definition.js';
import type { ServiceDefinition } from './service-definition.js';

/** A service with the recovery of its database. */
export interface RecoverableService extends ServiceDefinition {
  /** It may need a secret of the configuration. */
  readonly recovery: (config: DatabaseConfig) => Recovery;
}

export interface OpenOperationContext extends OperationContext {
  close(): Promise<void>;
}

/** All migrations of a service's database. */
export const migrationsOf = ({ migrations }: Pick<ServiceDefinition, 'migrations'>): readonly Migration[] => [
  ...messagingMigrations,
  ...serviceMigrations,
  ...migrations,
];

/** Connects to the database and the broker. Applies no migration. */
export async function openOperationContext(
  definition: RecoverableService,
  config: DatabaseConfig,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<OpenOperationContext> {
  const { messaging, handlers, migrations, recovery, sealing = false } = definition;
  const { service } = messaging;
  const options: MessagingOptions = {
    ...messaging,
    lockOrder: completeLockOrder(messaging.lockOrder),
  };
  const log: Log = (level, message, detail) => {
    if (level !== 'info') report(`${level}: ${message}${detail ? ` ${JSON.stringify(detail)}` : ''}`);
  };
  const connection = `${service} operator`;
  const all = migrationsOf({ migrations });
  const dataSource = dataSourceOf(config, connection, all, config.STATEMENT_TIMEOUT_MS);
  await connect(dataSource, systemPorts);
  const kafka = kafkaClient({ ...kafkaSettings(config, service, `${service}-operator`), log });
  const store = new PostgresStore(dataSource, { statementMs: config.STATEMENT_TIMEOUT_MS });
  const onFatal = (error: Error): never => {
    throw error;
  };
  const runtime = new MessagingRuntime(options, { store, kafka, ports: systemPorts, log, onFatal }, () => []);
  const root = new SigningRoot(config.SIGNING_ROOT_PUBLIC_KEY);
  for (const Handler of handlersOfEveryService(sealing)) runtime.addController(new Handler(root));
  for (const Handler of handlers) runtime.addController(new Handler());
  // The relay of the running service publishes at once what an operation commits.
  runtime.runner.onCommitted(({ published }) => {
    if (published > 0)
      void store
        .notify()
        .catch((error: unknown) =>
          log('warn', 'the relay could not be notified; it polls once a second', { error: String(error) }),
        );
  });
  return {
    service,
    messaging: options,
    recovery: recovery(config),
    dataSource,
    store,
    kafka,
    ports: systemPorts,
    log,
    runtime,
    describe: () => describeDefinition(definition),
    report,
    signal,
    migrationsTable,
    applyMigrations,
    openWithoutTimeout: async () => {
      const withoutTimeout = dataSourceOf(config, connection, all);
      await connect(withoutTimeout, systemPorts);
      return withoutTimeout;
    },
    close: async () => {
      await kafka.close();
      await dataSource.destroy();
    },
  };
}
