import type { Timers } from '@tradewind/kernel';

/** A wait with a timeout that `notify` ends early. A notification while nothing waits is remembered for the next wait. */
export class WakeSignal {
  #notified = false;
  #wake: (() => void) | undefined;

  constructor(private readonly timers: Timers) {}

  notify(): void {
    this.#notified = true;
    this.#wake?.();
  }

  async wait(timeoutMs: number): Promise<void> {
    if (!this.#notified) {
      await new Promise<void>((resolve) => {
        const cancel = this.timers.after(timeoutMs, resolve);
        this.#wake = () => {
          cancel();
          resolve();
        };
      });
    }
    this.#wake = undefined;
    this.#notified = false;
  }
}
