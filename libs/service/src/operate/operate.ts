import { OperationRejected } from '@tradewind/kernel';
import { systemPorts } from '@tradewind/messaging/internals';
import type { DatabaseConfig } from '../config/index.js';
import { logAsJson } from '../logs/index.js';
import { openDatabase } from '../database/index.js';
import { describeDefinition } from './describe-definition.js';
import { migrationsOf, openOperationContext, type RecoverableService } from './open-operation-context.js';

/**
 * The body of an app's `operate.ts`: `node operate.js <operation> <request as JSON>`. Two operations have no request: `migrate` applies the pending
 * migrations, before the first instance of a release where services start with MIGRATIONS=check, and `describe` needs neither configuration nor
 * connections. Progress goes to stderr, the report as one
 * line of JSON to stdout. A failure exits with 1 and its message on stderr. SIGINT and SIGTERM stop the operation gracefully.
 */
export async function operate(readServiceConfig: () => DatabaseConfig, service: RecoverableService): Promise<void> {
  const [, , name = '', request = '{}'] = process.argv;
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopped.abort());
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    if (name === 'migrate') return await migrate(readServiceConfig(), service);
    if (name === 'describe') return void process.stdout.write(`${JSON.stringify(describeDefinition(service))}\n`);
    // Not loaded by a service that only serves.
    const { operationNamed } = await import('@tradewind/operations');
    const operation = operationNamed(name);
    const config = readServiceConfig();
    logAsJson({ ...config, LOG_LEVEL: 'warn' }, service.messaging.service);
    const context = await openOperationContext(service, config, report, stopped.signal);
    try {
      const result = await operation(context, JSON.parse(request) as never);
      process.stdout.write(`${JSON.stringify(result)}\n`);
    } finally {
      await context.close();
    }
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    report(failure instanceof OperationRejected ? failure.message : (failure.stack ?? failure.message));
    process.exitCode = 1;
  }
}

async function migrate(config: DatabaseConfig, service: RecoverableService): Promise<void> {
  const { service: name } = service.messaging;
  logAsJson({ ...config, LOG_LEVEL: 'warn' }, name);
  const opened = await openDatabase({ ...config, MIGRATIONS: 'apply' }, name, migrationsOf(service), systemPorts);
  await opened.destroy();
  process.stdout.write('{"migrated":true}\n');
}
