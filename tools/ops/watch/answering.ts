import { setTimeout as pause } from 'node:timers/promises';

/**
 * A part of the shop that is asked again and again and may be away. It has a bounded time for an answer; a question that it
 * has not answered is not put twice, but waited for at the next look: nothing piles up before a part that hangs.
 */
export class Answering<T extends object> {
  #open: Promise<T | undefined> | undefined;
  #answered = 0;
  #away = 0;

  constructor(
    readonly name: string,
    private readonly ask: () => Promise<T>,
  ) {}

  /** The answer, or undefined where it did not come or was an error. */
  async look(milliseconds: number): Promise<T | undefined> {
    this.#open ??= this.ask()
      .catch(() => undefined) // whoever is away has no answer, for whatever reason
      .finally(() => (this.#open = undefined));
    const late = new AbortController();
    const answer = await Promise.race([
      this.#open,
      pause(milliseconds, undefined, { signal: late.signal }).catch(() => undefined),
    ]);
    late.abort();
    if (answer) this.#answered++;
    else this.#away++;
    return answer;
  }

  get count(): { readonly answered: number; readonly away: number } {
    return { answered: this.#answered, away: this.#away };
  }
}
