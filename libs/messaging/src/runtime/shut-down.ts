import { systemTimers } from '../adapters/system/system.js';

/** Longest time that an application has for its shutdown after a fatal error. */
const shutdownTimeoutMs = 10_000;

/**
 * Ends the process with code 1 after an orderly shutdown. With `app.enableShutdownHooks()` Nest closes the whole application on SIGTERM; without
 * it only `stop` runs.
 */
export function shutDown(stop: () => Promise<void>): void {
  process.exitCode = 1;
  const exit = (): never => process.exit(1);
  systemTimers.after(shutdownTimeoutMs, exit);
  process.on('exit', () => (process.exitCode = 1));
  if (process.listenerCount('SIGTERM') === 0) return void stop().finally(exit);
  // Nest removes its listener when the application is closed and sends the signal again.
  let signals = 0;
  process.on('SIGTERM', () => void (++signals > 1 && exit()));
  process.kill(process.pid, 'SIGTERM');
}
