/* What a program in a process of its own needs: its settings, and how it starts and stops. */

/** An environment variable. Throws when it is missing. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} must be set`);
  return value;
}

export const readConnections = (): { readonly url: string; readonly brokers: string } => ({
  url: setting('DATABASE_URL'),
  brokers: setting('KAFKA_BROKERS'),
});

/** Sends a message to the parent process. */
export const send = (message: string | object): void => void process.send?.(message);
export const ready = (): void => send('ready');

/** Closes and exits, once: on SIGTERM, and when the parent process is gone. */
export function onStop(close: () => Promise<void>): void {
  let stopping: Promise<void> | undefined;
  const stop = (): void => void (stopping ??= close().then(() => process.exit()));
  process.once('SIGTERM', stop);
  process.once('disconnect', stop);
}

/** A logger for a program: warnings and errors only. */
export const logProblem = (level: string, message: string, detail?: object): void =>
  void (level !== 'info' && console.error(level, message, detail));

export function exitOnError(error: Error): void {
  console.error(error);
  process.exit(1);
}
