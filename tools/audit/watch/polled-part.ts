import { setTimeout as pause } from 'node:timers/promises';

/**
 * A part of the shop that is asked periodically and may be unavailable. Each answer has a timeout. An unanswered question is not
 * repeated, the next poll waits for it: requests do not pile up before a part that hangs.
 */
export class PolledPart<T extends object> {
  #pending: Promise<T | undefined> | undefined;
  #answered = 0;
  #unavailable = 0;

  constructor(
    readonly name: string,
    private readonly ask: () => Promise<T>,
  ) {}

  /** The answer; undefined after the timeout or an error. */
  async poll(timeoutMs: number): Promise<T | undefined> {
    this.#pending ??= this.ask()
      .catch(() => undefined) // counted as unavailable, whatever the error is
      .finally(() => (this.#pending = undefined));
    const timeout = new AbortController();
    const answer = await Promise.race([
      this.#pending,
      pause(timeoutMs, undefined, { signal: timeout.signal }).catch(() => undefined),
    ]);
    timeout.abort();
    if (answer) this.#answered++;
    else this.#unavailable++;
    return answer;
  }

  get count(): { readonly answered: number; readonly unavailable: number } {
    return { answered: this.#answered, unavailable: this.#unavailable };
  }
}
