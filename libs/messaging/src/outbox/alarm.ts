import type { Timers } from '@tradewind/kernel';

/** A wait that somebody can cut short. A ring while nobody waits is remembered. */
export class Alarm {
  #rung = false;
  #waiter: (() => void) | undefined;

  constructor(private readonly timers: Timers) {}

  ring(): void {
    this.#rung = true;
    this.#waiter?.();
  }

  async wait(milliseconds: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const cancel = this.timers.after(milliseconds, resolve);
        this.#waiter = () => {
          cancel();
          resolve();
        };
      });
    }
    this.#waiter = undefined;
    this.#rung = false;
  }
}
