/** Resident memory of a process in MiB, from its metrics. Rejects without an answer, or without the metric. */
export async function memoryOf(url: string, timeoutMs: number): Promise<number> {
  const response = await fetch(new URL('/metrics', url), { signal: AbortSignal.timeout(timeoutMs) });
  const bytes = /^process_resident_memory_bytes (\S+)$/m.exec(await response.text())?.[1];
  if (!response.ok || bytes === undefined)
    throw new Error(`${url} does not report its resident memory (${response.status})`);
  return Math.round(Number(bytes) / 2 ** 20);
}
