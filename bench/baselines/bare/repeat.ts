/** Repeats work as long as it returns true, then waits until it is notified, at most the milliseconds. Returns how to notify it. An error ends the process. */
export function repeat(work: () => Promise<boolean>, milliseconds = 1_000): () => void {
  let isNotified = false;
  let endWait = (): void => undefined;
  const run = async (): Promise<void> => {
    for (;;) {
      isNotified = false;
      while (await work());
      if (isNotified) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        endWait = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  void run();
  return () => {
    isNotified = true;
    endWait();
  };
}
