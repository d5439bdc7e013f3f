import {
  kafkaClient,
  MessagingParts,
  messagingMigrations,
  PostgresStore,
  systemWorld,
  type KafkaClient,
  type Log,
  type MessagingOptions,
  type Recovery,
  type World,
} from '@tradewind/messaging';
import type { DataSource } from 'typeorm';
import { SigningKeysHandler } from '../auth/signing-keys.handler.js';
import { SigningKeys } from '../auth/signing-keys.table.js';
import type { DatabaseConfig } from '../config/index.js';
import { connect, dataSourceOf, type Migration } from '../database/index.js';
import { DataKeysHandler } from '../sealing/data-keys.handler.js';
import { DataKeys } from '../sealing/index.js';
import { serviceMigrations } from '../service.migrations.js';

/** A service as its module declares it, for programs that act in its place. */
export interface Operable {
  readonly messaging: MessagingOptions;
  /** The controllers that handle messages; they are made without arguments. */
  readonly handlers: readonly (new () => object)[];
  /** The service's own. */
  readonly migrations: readonly Migration[];
  /** True where it holds sealed fields. */
  readonly sealing?: boolean;
}

/** An `Operable` with what its own program alone needs. */
export interface Recoverable extends Operable {
  /** What its database is brought back from; it may need a secret of the settings. */
  readonly recovery: (config: DatabaseConfig) => Recovery;
}

/** What an operator's program works with: the service's own code over its own database and the broker, and nothing of it started. */
export interface Workbench {
  readonly service: string;
  readonly messaging: MessagingOptions;
  readonly migrations: readonly Migration[];
  readonly recovery: Recovery;
  readonly config: DatabaseConfig;
  readonly dataSource: DataSource;
  readonly store: PostgresStore;
  readonly kafka: KafkaClient;
  readonly world: World;
  readonly log: Log;
  /** The handlers and their runner; no consumer, no relay, no worker runs. */
  readonly parts: MessagingParts;
  /** Progress, a line at a time. */
  readonly say: (line: string) => void;
  /** Aborted when the operator wants it to end in good order. */
  readonly signal: AbortSignal;
}

export interface Bench extends Workbench {
  close(): Promise<void>;
}

/** Opens the database as it stands: whoever needs its migrations applied does it. */
export async function openWorkbench(
  { messaging, handlers, migrations, recovery, sealing = false }: Recoverable,
  config: DatabaseConfig,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Bench> {
  const { service } = messaging;
  const own = [SigningKeys, DataKeys];
  const options: MessagingOptions = {
    ...messaging,
    lockOrder: [...own, ...messaging.lockOrder.filter(({ name }) => own.every((table) => table.name !== name))],
  };
  const log: Log = (level, message, detail) => {
    if (level !== 'info') say(`${level}: ${message}${detail ? ` ${JSON.stringify(detail)}` : ''}`);
  };
  const all = [...messagingMigrations, ...serviceMigrations, ...migrations];
  const dataSource = dataSourceOf(config, `${service} operator`, all, config.STATEMENT_TIMEOUT_MS);
  await connect(dataSource, systemWorld);
  const kafka = kafkaClient({ brokers: config.KAFKA_BROKERS, clientId: `${service}-operator`, log });
  const store = new PostgresStore(dataSource, { statement: config.STATEMENT_TIMEOUT_MS });
  const onFatal = (error: Error): never => {
    throw error;
  };
  const parts = new MessagingParts(options, { store, kafka, world: systemWorld, log, onFatal }, () => []);
  for (const Handler of [SigningKeysHandler, ...(sealing ? [DataKeysHandler] : []), ...handlers])
    parts.hear(new Handler());
  // What is said here is published by the living relay, at once.
  parts.runner.onCommitted(({ said }) => {
    if (said > 0)
      void store
        .poke()
        .catch((error: unknown) =>
          log('warn', 'the relay was not told; it looks by itself each second', { error: String(error) }),
        );
  });
  const close = async (): Promise<void> => {
    await kafka.close();
    await dataSource.destroy();
  };
  return {
    service,
    messaging: options,
    migrations: all,
    recovery: recovery(config),
    config,
    dataSource,
    store,
    kafka,
    world: systemWorld,
    log,
    parts,
    say,
    signal,
    close,
  };
}
