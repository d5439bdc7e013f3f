import { Logger, type DynamicModule, type Type } from '@nestjs/common';
import { systemTimers } from '@tradewind/messaging';
import { ConfigError, type ServiceConfig } from './config/index.js';
import { startService } from './start-service.js';
import { within } from './waiting/index.js';

/** Milliseconds: a start that is not over by then is not waited for, nor is a longer stop. */
const startedWithin = 1_000;
const longestStop = 15_000;

const endWith = (code: number, what: string, error?: unknown): never => {
  new Logger('Service').fatal(what, ...(error === undefined ? [] : [error]));
  process.exit(code);
};

/** A setting that is missing or wrong: whoever starts the service reads the sentence, not the place in the code. */
const endUnfit = (error: ConfigError): never => {
  process.stderr.write(`${error.name}: ${error.message}\n`);
  process.exit(1);
};

/**
 * Reads the settings, starts a service and keeps it running until SIGTERM or SIGINT, then stops it in good order and exits with 0;
 * a second signal, or a stop that takes over 15 s, exits with 1. So does anything that nobody caught. The whole of a main.ts.
 */
export async function runService<C extends ServiceConfig>(
  readSettings: () => C,
  moduleOf: (config: C) => Type | DynamicModule,
): Promise<void> {
  process.on('uncaughtException', (error) => endWith(1, 'nobody caught this', error));
  process.on('unhandledRejection', (reason) =>
    endWith(1, 'nobody caught this rejection', reason instanceof Error ? reason : new Error(String(reason))),
  );
  const config = settings(readSettings);
  const starting = startService(moduleOf(config), config);
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return endWith(1, `${signal} again: leaving at once`);
    stopping = true;
    new Logger('Service').log(`${signal}: stopping`);
    const service = await within(systemTimers, startedWithin, starting, undefined);
    // Nothing was accepted yet, and a migration that is cut short is rolled back.
    const ended =
      service === undefined ||
      (await within(
        systemTimers,
        longestStop,
        service.stop().then(() => true),
        false,
      ));
    if (!ended) endWith(1, `not stopped within ${longestStop / 1_000} s`);
    new Logger('Service').log('stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
  await starting.catch((error: unknown) => endWith(1, 'the service could not start', error));
}

function settings<C>(read: () => C): C {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError) return endUnfit(error);
    throw error;
  }
}
