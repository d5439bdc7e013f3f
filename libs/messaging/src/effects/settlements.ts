import type { Runner } from '../run/runner.js';
import type { Outcome, Work } from '../run/work.js';
import { backOff, type World } from '../system.js';

/** Results that share a transaction at most. */
const most = 200;
/** Milliseconds for which the first waits for company: calls that were begun together are answered together. */
const company = 1;

interface Answered {
  readonly work: Work;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Decides what the results of calls mean: those that come while a transaction is under way share the next one. Each is decided
 * once and on its own: one whose decision throws takes no other with it.
 */
export class Settlements {
  readonly #answered: Answered[] = [];
  #running = false;

  constructor(
    private readonly runner: Runner,
    private readonly world: World,
    private readonly stopping: AbortSignal,
  ) {}

  /**
   * Resolves when it is settled, by us or by whoever has the lease now, and rejects with what its decision threw. A database
   * that is away is waited for, until we are to stop: whoever has the lease next asks again with the same key.
   */
  settle(work: Work): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#answered.push({ work, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  /** Never rejects: the runner does not. */
  async #run(): Promise<void> {
    this.#running = true;
    await this.world.timers.wait(company);
    for (let outages = 0; this.#answered.length > 0;) {
      const together = this.#answered.splice(0, most);
      const outcomes = await this.runner.run(together.map(({ work }) => work));
      const left = together.filter((each) => !hear(each, outcomes.get(each.work)!));
      if (left.length === 0) outages = 0;
      else if (this.stopping.aborted) for (const { resolve } of left) resolve();
      else {
        this.#answered.unshift(...left);
        // What found no room in the transaction goes with the next at once; what met an outage waits for its end.
        if (left.length === together.length)
          await this.world.timers.wait(backOff(this.world, outages++, 50, 2_000), this.stopping);
      }
    }
    this.#running = false;
  }
}

/** Whether that is the end of it. */
function hear({ resolve, reject }: Answered, outcome: Outcome): boolean {
  if (outcome.kind === 'transient' || outcome.kind === 'behind') return false;
  if (outcome.kind === 'failed') reject(outcome.error);
  else resolve();
  return true;
}
