import type { Fault, Result } from '../environment/fault.js';
import { FaultEnvironment } from '../environment/environment.js';
import type { Extent } from '../environment/scenario-context.js';
import { runFault } from './run-fault.js';
import { detailsOf } from './table.js';

export interface RunOptions {
  readonly faults: readonly Fault[];
  readonly seed: number;
  readonly extent: Extent;
  /** No fault is started after this many milliseconds. */
  readonly startWithinMs: number;
  /** Progress, one line per call. */
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface RunResult {
  readonly results: readonly Result[];
  /** Not started because the time was over. */
  readonly notRun: readonly Fault[];
}

/** Runs faults one after another in the given order, those of one layout on one shop. The shop is healed after each. */
export async function runFaults({ faults, seed, extent, startWithinMs, log, signal }: RunOptions): Promise<RunResult> {
  const results: Result[] = [];
  const notRun: Fault[] = [];
  const since = performance.now();
  for (const layout of new Set(faults.map((fault) => fault.layout))) {
    const sameLayout = faults.filter((fault) => fault.layout === layout);
    const mayStart = (): boolean => performance.now() - since < startWithinMs && !signal?.aborted;
    if (!mayStart()) {
      notRun.push(...sameLayout);
      continue;
    }
    log(`-- the ${layout} shop, seed ${seed}`);
    const environment = await FaultEnvironment.open({ layout, seed, log });
    try {
      for (const fault of sameLayout) {
        if (!mayStart()) {
          notRun.push(fault);
          continue;
        }
        log(
          `-- ${fault.id} ${fault.title} (${results.length + notRun.length} of ${faults.length} done, ${Math.round((performance.now() - since) / 1_000)} s)`,
        );
        const result = await runFault(environment, fault, extent, log);
        results.push(result);
        for (const line of detailsOf(result)) log(line);
      }
    } finally {
      await environment.close();
    }
  }
  return { results, notRun };
}
