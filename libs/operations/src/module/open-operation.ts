import type { DynamicModule, LoggerService, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { KafkaTransport, messagingToken } from '@tradewind/messaging';
import { DescriptionWriter, MessagingRuntime, PostgresStore } from '@tradewind/messaging/internals';
import { DataSource } from 'typeorm';
import type { Recovery } from '../recovery/index.js';
import type { OperationContext } from '../service-operations/index.js';

/** What `operate` cannot find in the application. */
export interface OperateOptions {
  /** The name of the MessagingModule, in an application with several. */
  readonly messaging?: string;
  /** How the service's rows follow from its messages. Without it a lost database cannot be recovered. */
  readonly recovery?: Recovery;
}

/** As `OperateOptions`, and where an operation reports and how it is stopped. */
export interface OpenOperationOptions extends OperateOptions, Partial<Pick<OperationContext, 'report' | 'signal'>> {}

/** What every operation needs, with the application that it belongs to. */
export interface OpenOperation extends OperationContext {
  /** Closes the application. */
  close(): Promise<void>;
}

/**
 * Builds an application, so that handlers have what is injected into them, and starts nothing of it: no consumer, no relay, no HTTP, no
 * lifecycle hook before the shutdown.
 */
export async function openOperation(
  module: Type<unknown> | DynamicModule | Promise<DynamicModule>,
  { messaging, recovery, report = () => undefined, signal = new AbortController().signal }: OpenOperationOptions = {},
): Promise<OpenOperation> {
  const app = await NestFactory.createMicroservice(await module, {
    inject: [messagingToken(KafkaTransport, messaging)],
    useFactory: (strategy: KafkaTransport) => ({ strategy }),
    logger: loggerOf(report),
    abortOnError: false,
  });
  try {
    // Gives the handlers to the transport, and does not start it.
    (app as unknown as { registerListeners(): void }).registerListeners();
    const runtime = app.get<MessagingRuntime>(messagingToken(MessagingRuntime, messaging));
    const store = app.get<PostgresStore>(messagingToken(PostgresStore, messaging));
    const descriptions = app.get<DescriptionWriter>(messagingToken(DescriptionWriter, messaging));
    return { ...contextOf(runtime, store, descriptions, recovery, report, signal), close: () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
}

function contextOf(
  runtime: MessagingRuntime,
  store: PostgresStore,
  descriptions: DescriptionWriter,
  recovery: Recovery | undefined,
  report: (line: string) => void,
  signal: AbortSignal,
): OperationContext {
  const { dataSource } = store;
  const { options, environment } = runtime;
  runtime.runner.onCommitted(({ published, transactional }) => {
    if (published > 0 || transactional)
      void store
        .notify()
        .catch((error: unknown) => report(`the relay could not be notified; it polls once a second: ${String(error)}`));
  });
  return {
    ...environment,
    store,
    service: options.service,
    messaging: options,
    recovery,
    dataSource,
    runtime,
    describe: () => descriptions.describe(),
    report,
    signal,
    migrationsTable: dataSource.options.migrationsTableName ?? 'migrations',
    applyMigrations: async (source) => void (await source.runMigrations()),
    openWithoutTimeout: () => {
      const extra = dataSource.options.extra as object | undefined;
      const without = { ...extra, statement_timeout: 0, query_timeout: 0 };
      return new DataSource({ ...dataSource.options, migrationsRun: false, extra: without }).initialize();
    },
  };
}

/** Everything goes to stderr: stdout has the result alone. */
function loggerOf(report: (line: string) => void): LoggerService {
  const write = (message: unknown): void => report(String(message));
  return { log: () => undefined, warn: write, error: write };
}
