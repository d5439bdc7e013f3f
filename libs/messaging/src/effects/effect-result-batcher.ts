import { outcomeOf, type Invocation, type Outcome } from '../handling/invocation.js';
import type { Runner } from '../handling/runner.js';
import { backOff, type RuntimePorts } from '../ports/index.js';

const maxBatchSize = 200;
/** The first result waits so long for others: calls that began together return together. */
const gatherMs = 1;

interface PendingResult {
  readonly invocation: Invocation;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Decides the results of effects: those that arrive during a transaction share the next one. A decision that throws affects no other. */
export class EffectResultBatcher {
  readonly #pending: PendingResult[] = [];
  #running = false;

  constructor(
    private readonly runner: Runner,
    private readonly ports: RuntimePorts,
    private readonly stopping: AbortSignal,
  ) {}

  /**
   * Resolves when the result is decided, by this process or by the one that has the lease now; rejects with what the decision
   * threw. Waits for a database that is unavailable until the process stops; then the next holder of the lease runs the call
   * again with the same key.
   */
  settle(invocation: Invocation): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ invocation, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  /** Never rejects, because the runner does not. */
  async #run(): Promise<void> {
    this.#running = true;
    await this.ports.timers.wait(gatherMs);
    for (let outages = 0; this.#pending.length > 0;) {
      const batch = this.#pending.splice(0, maxBatchSize);
      const outcomes = await this.runner.run(batch.map(({ invocation }) => invocation));
      const left = batch.filter((each) => !settleCaller(each, outcomeOf(outcomes, each.invocation)));
      if (left.length === 0) outages = 0;
      else if (this.stopping.aborted) for (const { resolve } of left) resolve();
      else {
        this.#pending.unshift(...left);
        // What found no room in the batch goes into the next one at once; during an outage the whole batch is left.
        if (left.length === batch.length)
          await this.ports.timers.wait(backOff(this.ports, outages++, 50, 2_000), this.stopping);
      }
    }
    this.#running = false;
  }
}

/** Whether the result is decided. */
function settleCaller({ resolve, reject }: PendingResult, outcome: Outcome): boolean {
  if (outcome.kind === 'transient' || outcome.kind === 'deferred') return false;
  if (outcome.kind === 'failed') reject(outcome.error);
  else resolve();
  return true;
}
