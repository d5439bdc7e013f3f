import { describe, expect, it } from '@jest/globals';
import type { Timers } from '@tradewind/kernel';
import { PeriodicWorker } from './periodic-worker.js';

/** Waits end where the test says so, or at the abort. */
class Waits implements Timers {
  readonly asked: number[] = [];
  #end = (): void => undefined;

  after(): () => void {
    throw new Error('not used here');
  }

  wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
    this.asked.push(milliseconds);
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      this.#end = resolve;
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  async end(): Promise<void> {
    this.#end();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

class Worker extends PeriodicWorker {
  intervalMs = 1_000;
  runs = 0;
  work: () => Promise<void> = () => Promise.resolve();

  constructor(readonly waits = new Waits()) {
    super(waits, 'it failed; retrying');
    this.logger.localInstance.setLogLevels?.(['fatal']);
  }

  run(): Promise<void> {
    this.runs += 1;
    return this.work();
  }
}

const begun = async (worker: Worker): Promise<Worker> => {
  await worker.onApplicationBootstrap();
  await new Promise((resolve) => setImmediate(resolve));
  return worker;
};

describe('periodic work', () => {
  it('happens at the start and after each interval, which may change', async () => {
    const worker = await begun(new Worker());
    expect(worker.runs).toBe(1);
    worker.intervalMs = 50;
    await worker.waits.end();
    expect(worker.runs).toBe(2);
    expect(worker.waits.asked).toEqual([1_000, 50]);
    await worker.onApplicationShutdown();
  });

  it('comes again after a run that failed', async () => {
    const worker = new Worker();
    worker.work = () => Promise.reject(new Error('the database is away'));
    await begun(worker);
    await worker.waits.end();
    expect(worker.runs).toBe(2);
    await worker.onApplicationShutdown();
  });

  it('ends at the shutdown, after the run that is under way', async () => {
    const worker = new Worker();
    const ends: (() => void)[] = [];
    worker.work = () => new Promise((resolve) => ends.push(resolve));
    await begun(worker);
    const events: string[] = [];
    const stopped = worker.onApplicationShutdown().then(() => events.push('stopped'));
    await new Promise((resolve) => setImmediate(resolve));
    events.push('run ended');
    ends[0]?.();
    await stopped;
    expect(events).toEqual(['run ended', 'stopped']);
    expect(worker.runs).toBe(1);
  });
});
