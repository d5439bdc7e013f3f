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
export const send = (message: string | object): void => void sendAndWait(message);

/** Resolves when it is sent, or the parent process is gone. */
export const sendAndWait = (message: string | object): Promise<void> =>
  new Promise((resolve) => {
    if (process.connected) process.send!(message, undefined, undefined, () => resolve());
    else resolve();
  });

export const ready = (): void => send('ready');

const closing: (() => Promise<unknown>)[] = [];

/** Closes in the order of the calls, and exits: on SIGTERM, and when the parent process is gone. */
export function onStop(close: () => Promise<unknown>): void {
  closing.push(close);
  if (closing.length > 1) return;
  let stopping: Promise<void> | undefined;
  const closeAll = async (): Promise<void> => {
    for (const each of closing) await each();
    process.exit();
  };
  const stop = (): void => void (stopping ??= closeAll());
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
