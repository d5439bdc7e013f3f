import type { DynamicModule, Type } from '@nestjs/common';
import { OperationRejected } from '@tradewind/kernel';
import { operationNamed } from '../service-operations/index.js';
import { openOperation, type OperateOptions } from './open-operation.js';

/**
 * The whole program of a service that `tradewind` runs for replay, rebuild, recovery and more partitions:
 *
 *     await operate(AppModule);
 *
 * `node operate.js <operation> <request as JSON>`. It opens the application with `openOperation`. Progress goes to stderr, the result as one line
 * of JSON to stdout. A failure exits with 1. SIGINT and SIGTERM stop the operation gracefully.
 */
export async function operate(
  module: Type<unknown> | DynamicModule | Promise<DynamicModule>,
  options: OperateOptions = {},
): Promise<void> {
  const [, , name = '', request = '{}'] = process.argv;
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopped.abort());
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    const operation = operationNamed(name);
    const context = await openOperation(module, { ...options, report, signal: stopped.signal });
    try {
      process.stdout.write(`${JSON.stringify(await operation(context, JSON.parse(request) as never))}\n`);
    } finally {
      await context.close();
    }
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    report(failure instanceof OperationRejected ? failure.message : (failure.stack ?? failure.message));
    process.exitCode = 1;
  }
}
