import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Records a process so that it can be found after its parent has ended: its pid, and its start time, because pids are reused. */
export function writePidFile(file: string, pid: number): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${pid} ${startTimeOf(pid) ?? ''}\n`);
}

/** Claims the file for this process. Returns false when a living process, also this one, has claimed it already. */
export function claimPidFile(file: string): boolean {
  if (existsSync(file) && livingPid(file) === undefined) removePidFile(file);
  const draft = `${file}.${process.pid}`;
  writePidFile(draft, process.pid);
  try {
    linkSync(draft, file); // atomic, with its content: an empty file would look like that of a dead process
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    removePidFile(draft);
  }
}

export function removePidFile(file: string): void {
  rmSync(file, { force: true });
}

/** The pid in the file, if that process is still alive. */
export function livingPid(file: string): number | undefined {
  let content: string;
  try {
    content = readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const space = content.indexOf(' ');
  const pid = Number(content.slice(0, space));
  const startTime = content.slice(space + 1);
  return pid > 0 && startTime !== '' && startTimeOf(pid) === startTime ? pid : undefined;
}

/** Ends a process that outlived its parent: with the first signal, then with SIGKILL. Returns whether there was one. */
export async function endLeftover(
  file: string,
  firstSignal: NodeJS.Signals = 'SIGTERM',
  timeoutMs = 10_000,
): Promise<boolean> {
  const pid = livingPid(file);
  if (pid !== undefined) {
    for (const [signal, waitMs] of [
      [firstSignal, timeoutMs],
      ['SIGKILL', 10_000],
    ] as const) {
      process.kill(pid, signal);
      const deadline = Date.now() + waitMs;
      while (livingPid(file) !== undefined && Date.now() < deadline) await pause(20);
      if (livingPid(file) === undefined) break;
    }
    if (livingPid(file) !== undefined)
      throw new Error(`process ${pid} (${file}) does not end; stop it, then try again`);
  }
  removePidFile(file);
  return pid !== undefined;
}

/** When a process was started, in the format of its system; undefined after its end, also while it is a zombie. */
export function startTimeOf(pid: number): string | undefined {
  if (process.platform !== 'linux') {
    try {
      return (
        execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        }).trim() || undefined
      );
    } catch {
      return undefined; // ps answers 1 when there is no such process
    }
  }
  try {
    // The name in brackets can contain spaces; the 1st field after it is the state, the 20th the start time in clock ticks.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
