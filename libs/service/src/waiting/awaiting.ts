/** Looks for many keys at once: the keys that are there already, with what was found. */
export type Probe<T> = (keys: string[]) => Promise<Map<string, T>>;

/** Waiting for something that another commit will bring (read-your-writes, `Prefer: wait`). */
export abstract class Awaiting {
  /**
   * What the probe finds for the key, at once or within that many milliseconds, else undefined. All who wait for a kind share
   * one probe every 100 ms. `kind` is the table that is looked at, or `<table>/<what is asked of it>` where one table has
   * several probes: a commit in this process that changed that table and key wakes its waiters at once.
   */
  abstract until<T>(kind: string, key: string, probe: Probe<T>, milliseconds: number): Promise<T | undefined>;
}
