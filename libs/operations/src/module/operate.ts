import type { LoggerService, Type, DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { OperationRejected } from '@tradewind/kernel';
import { KafkaTransport, MessagingRuntime, messagingToken, PostgresStore } from '@tradewind/messaging';
import { DataSource } from 'typeorm';
import type { Recovery } from '../recovery/index.js';
import { operationNamed, type OperationContext } from '../service-operations/index.js';

export interface OperateOptions {
  /** The name of the MessagingModule, in an application with several. */
  readonly messaging?: string;
  /** How the service's rows follow from its messages. Without it a lost database cannot be recovered. */
  readonly recovery?: Recovery;
}

/**
 * The whole program of a service that `tradewind` runs for replay, rebuild, recovery and more partitions:
 *
 *     await operate(AppModule);
 *
 * `node operate.js <operation> <request as JSON>`. It builds the application, so that handlers have what is injected into them, and starts
 * nothing of it: no consumer, no relay, no HTTP, no lifecycle hook before the shutdown. Progress goes to stderr, the result as one line of JSON to
 * stdout. A failure exits with 1. SIGINT and SIGTERM stop the operation gracefully.
 */
export async function operate(
  module: Type<unknown> | DynamicModule | Promise<DynamicModule>,
  { messaging, recovery }: OperateOptions = {},
): Promise<void> {
  const [, , name = '', request = '{}'] = process.argv;
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopped.abort());
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    const operation = operationNamed(name);
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
      const context = contextOf(runtime, store, recovery, report, stopped.signal);
      process.stdout.write(`${JSON.stringify(await operation(context, JSON.parse(request) as never))}\n`);
    } finally {
      await app.close();
    }
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    report(failure instanceof OperationRejected ? failure.message : (failure.stack ?? failure.message));
    process.exitCode = 1;
  }
}

function contextOf(
  runtime: MessagingRuntime,
  store: PostgresStore,
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
