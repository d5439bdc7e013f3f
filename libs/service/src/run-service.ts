import { Logger, type DynamicModule, type Type } from '@nestjs/common';
import { systemTimers } from '@tradewind/messaging/internals';
import { ConfigError, type ServiceConfig } from './config/index.js';
import { startService } from './start-service.js';
import { withTimeout } from './waiting/index.js';

/** A stop during the start waits so long for the start to complete. */
const startTimeoutMs = 1_000;
const shutdownTimeoutMs = 15_000;

const exitFatal = (code: number, message: string, error?: unknown): never => {
  new Logger('Service').fatal(message, ...(error === undefined ? [] : [error]));
  process.exit(code);
};

/** Writes only the message: it names the missing or invalid variables. */
const exitMisconfigured = (error: ConfigError): never => {
  process.stderr.write(`${error.name}: ${error.message}\n`);
  process.exit(1);
};

/**
 * The body of a `main.ts`: reads the configuration, starts the service and runs it until SIGTERM or SIGINT. A graceful stop exits
 * with 0; a second signal, a stop that takes over 15 s, or an uncaught error exits with 1. A parent process with a channel gets
 * the message `ready` when the service serves.
 */
export async function runService<C extends ServiceConfig>(
  readServiceConfig: () => C,
  moduleOf: (config: C) => Type | DynamicModule,
): Promise<void> {
  process.on('uncaughtException', (error) => exitFatal(1, 'uncaught exception', error));
  process.on('unhandledRejection', (reason) =>
    exitFatal(1, 'unhandled rejection', reason instanceof Error ? reason : new Error(String(reason))),
  );
  const config = configOrExit(readServiceConfig);
  const starting = startService(moduleOf(config), config);
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return exitFatal(1, `${signal} again: exiting at once`);
    stopping = true;
    new Logger('Service').log(`${signal}: stopping`);
    const service = await withTimeout(systemTimers, startTimeoutMs, starting, undefined);
    // Without a started service nothing was accepted, and an interrupted migration is rolled back.
    const stopped =
      service === undefined ||
      (await withTimeout(
        systemTimers,
        shutdownTimeoutMs,
        service.stop().then(() => true),
        false,
      ));
    if (!stopped) exitFatal(1, `not stopped within ${shutdownTimeoutMs / 1_000} s`);
    new Logger('Service').log('stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
  await starting.catch((error: unknown) => exitFatal(1, 'the service could not start', error));
  if (process.connected) process.send?.('ready');
}

function configOrExit<C>(read: () => C): C {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError) return exitMisconfigured(error);
    throw error;
  }
}
