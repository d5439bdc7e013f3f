/** Default timeout of `eventually`. Longer than every wait of the library itself: an effect's back-off is up to 15 s, its lease 30 s. */
const defaultTimeoutMs = 45_000;
/** Milliseconds between two polls. */
const pollInterval = 20;

type Falsy = false | 0 | '' | null | undefined;

/**
 * Polls until the function returns a truthy value without throwing, and returns that value. No sleep guesses how long something
 * takes. Throws after the timeout, with the last value or error.
 */
export async function eventually<T>(
  poll: () => T | Promise<T>,
  timeoutMs = defaultTimeoutMs,
): Promise<Exclude<T, Falsy>> {
  const deadline = Date.now() + timeoutMs;
  let lastResult: unknown;
  for (;;) {
    try {
      const value = await poll();
      if (value) return value as Exclude<T, Falsy>;
      lastResult = value;
    } catch (error) {
      lastResult = error;
    }
    if (Date.now() > deadline) {
      throw new Error(
        `condition not met within ${timeoutMs} ms; last result: ${lastResult instanceof Error ? lastResult.message : JSON.stringify(lastResult)}`,
        { cause: lastResult },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, pollInterval));
  }
}
