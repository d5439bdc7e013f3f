/** Work that goes on after the request that started it. It is aborted, and waited for, when the application stops. */
export class Background {
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  run(work: (signal: AbortSignal) => Promise<unknown>, onError: (error: unknown) => void): void {
    const running = work(this.#stopping.signal)
      .catch(onError)
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
  }
}
