import { constants } from 'node:os';
import { log } from './log.js';

/** Milliseconds. Ctrl-C in a terminal arrives twice, once through npm: only a later signal asks for an immediate exit. */
const sameSignal = 1_000;

const open = new Set<() => Promise<void>>();
let stoppingSince: number | undefined;

/** Whether the bench is stopping: an error is then a consequence of it. */
export const isStopping = (): boolean => stoppingSince !== undefined;

/** Registers how to close something that must not outlive the bench. Returns a function that closes it, at most once. */
export function closeAtExit(close: () => Promise<unknown>): () => Promise<void> {
  let closed: Promise<void> | undefined;
  const closeOnce = (): Promise<void> =>
    (closed ??= close()
      .then(() => undefined)
      .finally(() => open.delete(closeOnce)));
  open.add(closeOnce);
  return closeOnce;
}

/**
 * Runs a bench, closes everything that is registered, newest first, and exits with the code of the bench; 1 if it throws. SIGINT, SIGTERM and
 * the end of the parent process close everything too; the exit code then names the signal. A second signal exits at once.
 */
export async function runToExit(main: () => Promise<number>): Promise<never> {
  const stop = (code: number): void => {
    if (stoppingSince === undefined) {
      stoppingSince = performance.now();
      log('stopping: closing everything (a second signal exits at once)');
      void closeAll().then(() => process.exit(code));
    } else if (performance.now() - stoppingSince > sameSignal) process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(128 + constants.signals[signal]));
  process.once('disconnect', () => !isStopping() && stop(1));
  process.stdout.on('error', () => undefined); // the reader may be gone before everything is closed
  const code = await main().catch((error: unknown) => {
    if (!isStopping()) console.error(error);
    return 1;
  });
  if (isStopping()) await new Promise<never>(() => undefined); // `stop` exits
  await closeAll();
  process.exit(code);
}

async function closeAll(): Promise<void> {
  for (const close of [...open].toReversed()) await close().catch((error: unknown) => console.error(error));
}
