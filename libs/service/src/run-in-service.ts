import type { DynamicModule, INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/**
 * The body of a program that does one thing with the providers of a service, with or without a running one. Prints the result as one line:
 * a text as it is, anything else as JSON. A failure exits with 1 and its message on stderr.
 */
export async function runInService<C>(
  readServiceConfig: () => C,
  moduleOf: (config: C) => DynamicModule,
  work: (app: INestApplicationContext, config: C) => Promise<unknown>,
): Promise<void> {
  try {
    const config = readServiceConfig();
    const app = await NestFactory.createApplicationContext(moduleOf(config), { abortOnError: false });
    try {
      const result = await work(app, config);
      process.stdout.write(`${typeof result === 'string' ? result : JSON.stringify(result)}\n`);
    } finally {
      await app.close();
    }
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
