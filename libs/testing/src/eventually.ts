/** Milliseconds that `eventually` waits at most, and between two looks. */
const patience = 15_000;
const interval = 20;

type Falsy = false | 0 | '' | null | undefined;

/**
 * Looks again until the look gives a truthy value that does not throw, and gives it back. Level-triggered: no sleep guesses how
 * long something takes. Throws after the deadline, naming the last value or error seen.
 */
export async function eventually<T>(look: () => T | Promise<T>, within = patience): Promise<Exclude<T, Falsy>> {
  const deadline = Date.now() + within;
  let last: unknown;
  for (;;) {
    try {
      const value = await look();
      if (value) return value as Exclude<T, Falsy>;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      throw new Error(
        `still not so after ${within} ms; the last look gave ${last instanceof Error ? last.message : JSON.stringify(last)}`,
        { cause: last },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
}
