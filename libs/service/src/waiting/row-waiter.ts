/** Looks up many keys at once; resolves to the values found, by key. */
export type Probe<T> = (keys: string[]) => Promise<Map<string, T>>;

export interface WaitOptions<T> {
  /** Whether the value is the one that is waited for. Default: any. Waiters with different conditions share their probes. */
  readonly until?: (found: T) => boolean;
  /** Ends the wait, with undefined. */
  readonly signal?: AbortSignal;
}

/** Waits for a row that another commit will write (read-your-writes, `Prefer: wait`). */
export abstract class RowWaiter {
  /**
   * The value that the probe finds for the key, at once or within the timeout, else undefined. All waiters of a kind share one
   * probe every 100 ms. `kind` is the table, or `<table>/<purpose>` if a table has several probes: a commit in this process
   * that changes the table and key triggers a probe at once.
   */
  abstract waitFor<T>(
    kind: string,
    key: string,
    probe: Probe<T>,
    timeoutMs: number,
    options?: WaitOptions<T>,
  ): Promise<T | undefined>;
}
