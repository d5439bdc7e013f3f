import { isRefusal, Transient, type Refusal, type Timers } from '@tradewind/kernel';
import { IdempotencyBusy, Unavailable } from '@tradewind/messaging';
import type { RunningService } from '../shop/start-service.js';

/** What a buyer saw of a request: an answer, a no, or nothing that can be relied on, so that it may have happened or happen yet. */
export type Saw<R> =
  | { readonly saw: 'answer'; readonly answer: R }
  | { readonly saw: 'refusal'; readonly reason: string }
  | { readonly saw: 'nothing' };

/** Milliseconds that a buyer waits for an answer, and between two tries. */
const patience = 8_000;
const pause = 700;

const nothing = { saw: 'nothing' } as const;

/** How buyers reach a service: any of its processes, which may die over the request. */
export class Door {
  #turn = 0;

  constructor(
    private readonly processes: () => readonly RunningService[],
    private readonly timers: Timers,
  ) {}

  /** Asks one process once. No answer within the patience, or a 503, tells nothing of what became of it. */
  async ask<R>(request: (service: RunningService) => Promise<R | Refusal>): Promise<Saw<R>> {
    const processes = this.processes();
    if (processes.length === 0) {
      await this.timers.wait(pause);
      return nothing;
    }
    const asked = request(processes[this.#turn++ % processes.length]!).then(
      (answer): Saw<R> => (isRefusal(answer) ? { saw: 'refusal', reason: answer.refused } : { saw: 'answer', answer }),
      (error: unknown): Saw<R> => {
        if (error instanceof Unavailable || error instanceof Transient || error instanceof IdempotencyBusy)
          return nothing;
        throw error;
      },
    );
    return Promise.race([asked, this.timers.wait(patience).then(() => nothing)]);
  }

  /** Asks again after a silence, that many times. `silences` counts the tries of which nobody knows what became. */
  async askAgain<R>(
    request: (service: RunningService) => Promise<R | Refusal>,
    retries: number,
  ): Promise<{ readonly last: Saw<R>; readonly silences: number }> {
    for (let silences = 0; ; silences++) {
      const last = await this.ask(request);
      if (last.saw !== 'nothing' || silences >= retries)
        return { last, silences: silences + (last.saw === 'nothing' ? 1 : 0) };
      await this.timers.wait(pause);
    }
  }
}
