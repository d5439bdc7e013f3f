import { fork, type ChildProcess } from 'node:child_process';
import type { Outcome } from './outcome.js';

/** Seeds that a worker is given at a time. */
const portion = 25;

const worker = new URL('worker.js', import.meta.url);

/** Runs seeds in that many processes and tells each outcome as it comes. Rejects when a worker dies. */
export async function runSeeds(
  seeds: readonly number[],
  processes: number,
  onOutcome: (outcome: Outcome) => void,
): Promise<void> {
  const portions = Array.from({ length: Math.ceil(seeds.length / portion) }, (_, at) =>
    seeds.slice(at * portion, (at + 1) * portion),
  );
  const count = Math.min(processes, portions.length);
  await Promise.all(Array.from({ length: count }, () => work(portions, onOutcome)));
}

/** One worker, for as long as there is something to do. */
function work(portions: (readonly number[])[], onOutcome: (outcome: Outcome) => void): Promise<void> {
  const child = fork(worker, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: ['--enable-source-maps'] });
  return new Promise<void>((resolve, reject) => {
    let open = 0;
    const next = (): void => {
      const some = portions.shift();
      open = some?.length ?? 0;
      if (some) child.send(some);
      else child.disconnect();
    };
    child.on('message', (outcome) => {
      onOutcome(outcome as Outcome);
      if (--open === 0) next();
    });
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`a worker ended with ${signal ?? code}`)),
    );
    next();
  }).finally(() => endOf(child));
}

const endOf = (child: ChildProcess): void => {
  if (child.exitCode === null && child.signalCode === null) child.kill();
};
