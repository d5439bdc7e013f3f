import { Logger, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ConfigError, type ProgramConfig } from './config/index.js';
import { logAsJson } from './logs/index.js';

/**
 * The body of the `main.ts` of a program that is no service: it serves HTTP, and has no database, messages or access tokens of its own. Runs
 * until SIGTERM or SIGINT. A parent process with a channel gets the message `ready` when it serves.
 */
export async function runProgram<C extends ProgramConfig>(
  name: string,
  readProgramConfig: () => C,
  moduleOf: (config: C) => DynamicModule,
): Promise<void> {
  try {
    const config = readProgramConfig();
    logAsJson(config, name);
    const app = await NestFactory.create<NestExpressApplication>(moduleOf(config), {
      bodyParser: false,
      abortOnError: false,
    });
    app.disable('x-powered-by');
    app.enableShutdownHooks(['SIGTERM', 'SIGINT']);
    await app.listen(config.PORT, config.HOST);
    new Logger('Program').log(`serving ${await app.getUrl()}`);
    if (process.connected) process.send?.('ready');
  } catch (error) {
    if (error instanceof ConfigError) process.stderr.write(`${error.name}: ${error.message}\n`);
    else new Logger('Program').fatal('the program could not start', error);
    process.exit(1);
  }
}
