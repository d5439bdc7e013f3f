import { fork, type ChildProcess } from 'node:child_process';
import type { SeedResult } from './seed-result.js';

/** Seeds that a worker gets at a time. */
const batchSize = 25;

const worker = new URL('worker.js', import.meta.url);

/** Runs seeds in several processes and reports each result. Rejects when a worker crashes. */
export async function runSeeds(
  seeds: readonly number[],
  processes: number,
  onResult: (result: SeedResult) => void,
): Promise<void> {
  const batches = Array.from({ length: Math.ceil(seeds.length / batchSize) }, (_, at) =>
    seeds.slice(at * batchSize, (at + 1) * batchSize),
  );
  const count = Math.min(processes, batches.length);
  await Promise.all(Array.from({ length: count }, () => runWorker(batches, onResult)));
}

/** Runs one worker until no seeds are left. */
function runWorker(batches: (readonly number[])[], onResult: (result: SeedResult) => void): Promise<void> {
  const child = fork(worker, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: ['--enable-source-maps'] });
  return new Promise<void>((resolve, reject) => {
    let pending = 0;
    const next = (): void => {
      const batch = batches.shift();
      pending = batch?.length ?? 0;
      if (batch) child.send(batch);
      else child.disconnect();
    };
    child.on('message', (result) => {
      onResult(result as SeedResult);
      if (--pending === 0) next();
    });
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`a worker exited with ${signal ?? code}`)),
    );
    next();
  }).finally(() => stop(child));
}

const stop = (child: ChildProcess): void => {
  if (child.exitCode === null && child.signalCode === null) child.kill();
};
