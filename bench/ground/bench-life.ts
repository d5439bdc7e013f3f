import { constants } from 'node:os';
import { say } from './say.js';

type Close = () => Promise<unknown>;

/** A terminal's Ctrl-C comes twice, once by way of npm: only a signal that comes later means it more seriously. */
const sameWord = 1_000;

const held = new Set<() => Promise<void>>();
let endedAt: number | undefined;

/** Whether the bench was told to end: what fails from then on fails because of that. */
export const isEnding = (): boolean => endedAt !== undefined;

/** Notes how to close what must not outlive the bench, and gives the way to close it: it is done once, whoever asks and however often. */
export function hold(close: Close): () => Promise<void> {
  let closed: Promise<void> | undefined;
  const closeOnce = (): Promise<void> =>
    (closed ??= close()
      .then(() => undefined)
      .finally(() => held.delete(closeOnce)));
  held.add(closeOnce);
  return closeOnce;
}

/**
 * Runs a bench, and exits with its code; 1 where it throws. Told to end, by SIGINT, SIGTERM or the end of whoever has started it, it closes what
 * is held, the newest first, and exits as one whom a signal has ended. Told again it exits at once: whatever has a lifeline is cleared away then too.
 */
export async function runBench(bench: () => Promise<number>): Promise<never> {
  const end = (code: number): void => {
    if (endedAt === undefined) {
      endedAt = performance.now();
      say('told to end: closing what is open (once more leaves at once)');
      void closeAll().then(() => process.exit(code));
    } else if (performance.now() - endedAt > sameWord) process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end(128 + constants.signals[signal]));
  process.once('disconnect', () => !isEnding() && end(1));
  process.stdout.on('error', () => undefined); // whoever watches may go before what is open is closed
  const code = await bench().catch((error: unknown) => {
    if (!isEnding()) console.error(error);
    return 1;
  });
  if (!isEnding()) await closeAll();
  else await new Promise<never>(() => undefined); // the one that was told to end exits
  process.exit(code);
}

async function closeAll(): Promise<void> {
  for (const close of [...held].toReversed()) await close().catch((error: unknown) => console.error(error));
}
