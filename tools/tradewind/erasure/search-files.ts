import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { TraceCounter, type Finding, type Trace } from './traces.js';

/** Reads every line of every file of a folder. A folder that does not exist has none. */
export async function searchFiles(
  folder: string,
  traces: readonly Trace[],
): Promise<{ readonly files: number; readonly findings: readonly Finding[] }> {
  if (!existsSync(folder)) return { files: 0, findings: [] };
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  const findings: Finding[] = [];
  for (const { name } of files) {
    const counter = new TraceCounter(traces);
    for await (const line of createInterface({ input: createReadStream(join(folder, name)) })) counter.add(line);
    findings.push(...counter.findings(`file ${name}`));
  }
  return { files: files.length, findings };
}
