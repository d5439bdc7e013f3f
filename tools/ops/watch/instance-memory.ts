/** Resident memory of a process in MiB, by its own metrics. Rejects when it does not answer or does not tell. */
export async function memoryOf(url: string, milliseconds: number): Promise<number> {
  const response = await fetch(new URL('/metrics', url), { signal: AbortSignal.timeout(milliseconds) });
  const bytes = /^process_resident_memory_bytes (\S+)$/m.exec(await response.text())?.[1];
  if (!response.ok || bytes === undefined) throw new Error(`${url} does not tell its memory (${response.status})`);
  return Math.round(Number(bytes) / 2 ** 20);
}
