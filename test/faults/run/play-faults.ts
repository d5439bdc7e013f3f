import type { Fault, Result } from '../ground/fault.js';
import { Ground } from '../ground/ground.js';
import type { Extent } from '../ground/stage.js';
import { runFault } from './run-fault.js';
import { detailsOf } from './table.js';

export interface Playing {
  readonly faults: readonly Fault[];
  readonly seed: number;
  readonly extent: Extent;
  /** No fault is begun after so many milliseconds. */
  readonly within: number;
  /** Progress, a line at a time. */
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface Played {
  readonly results: readonly Result[];
  /** Not begun, for want of time or because their shop was gone. */
  readonly left: readonly Fault[];
}

/** Plays faults one after another, those of one layout on one shop, in the order given. What one does to the shop is healed before the next. */
export async function playFaults({ faults, seed, extent, within, say, signal }: Playing): Promise<Played> {
  const results: Result[] = [];
  const left: Fault[] = [];
  const since = performance.now();
  for (const layout of new Set(faults.map((fault) => fault.layout))) {
    const here = faults.filter((fault) => fault.layout === layout);
    const mayBegin = (): boolean => performance.now() - since < within && !signal?.aborted;
    if (!mayBegin()) {
      left.push(...here);
      continue;
    }
    say(`-- the ${layout} shop, seed ${seed}`);
    const ground = await Ground.open({ layout, seed, say });
    try {
      for (const fault of here) {
        if (!mayBegin()) {
          left.push(fault);
          continue;
        }
        say(
          `-- ${fault.id} ${fault.title} (${results.length + left.length} of ${faults.length} played, ${Math.round((performance.now() - since) / 1_000)} s)`,
        );
        const result = await runFault(ground, fault, extent, say);
        results.push(result);
        for (const line of detailsOf(result)) say(line);
      }
    } finally {
      await ground.close();
    }
  }
  return { results, left };
}
