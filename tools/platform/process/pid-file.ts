import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Remembers a process beyond the life of its parent: its pid, and its birth, because pids are used again. */
export function writePidFile(file: string, pid: number): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${pid} ${birthOf(pid) ?? ''}\n`);
}

/** Makes the file this process's own; false when it is one's who lives, or has been this one's before. */
export function claimPidFile(file: string): boolean {
  if (existsSync(file) && livingPid(file) === undefined) removePidFile(file);
  const draft = `${file}.${process.pid}`;
  writePidFile(draft, process.pid);
  try {
    linkSync(draft, file); // at once with what is in it: nobody finds it empty and takes it for a dead one's
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

/** The pid in the file, while that very process is alive. */
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
  const birth = content.slice(space + 1);
  return pid > 0 && birth !== '' && birthOf(pid) === birth ? pid : undefined;
}

/** Ends a process that outlived its parent, first politely; returns whether there was one. */
export async function endLeftover(
  file: string,
  politely: NodeJS.Signals = 'SIGTERM',
  withinMs = 10_000,
): Promise<boolean> {
  const pid = livingPid(file);
  if (pid !== undefined) {
    for (const [signal, patience] of [
      [politely, withinMs],
      ['SIGKILL', 10_000],
    ] as const) {
      process.kill(pid, signal);
      const deadline = Date.now() + patience;
      while (livingPid(file) !== undefined && Date.now() < deadline) await pause(20);
      if (livingPid(file) === undefined) break;
    }
    if (livingPid(file) !== undefined)
      throw new Error(`process ${pid} (${file}) does not end; stop it, then try again`);
  }
  removePidFile(file);
  return pid !== undefined;
}

/** When a process was born, in the words of its system; undefined once it is dead, even if nobody has buried it. */
export function birthOf(pid: number): string | undefined {
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
    // The name in brackets may hold spaces; the 1st field after it is the state, the 20th the birth in clock ticks.
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
