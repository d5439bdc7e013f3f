/** Logs the task's name and duration every two seconds until it ends. */
export async function withProgress<T>(name: string, task: () => Promise<T>, log: (line: string) => void): Promise<T> {
  const since = Date.now();
  const timer = setInterval(() => log(`${name} ... ${Math.round((Date.now() - since) / 1000)} s`), 2_000);
  try {
    return await task();
  } finally {
    clearInterval(timer);
  }
}
