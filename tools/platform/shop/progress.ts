/** Says every two seconds what is under way, until it is done. */
export async function whileSaying<T>(what: string, work: () => Promise<T>, say: (line: string) => void): Promise<T> {
  const since = Date.now();
  const timer = setInterval(() => say(`${what} ... ${Math.round((Date.now() - since) / 1000)} s`), 2_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
