import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Cleans up after kill -9 of the postmaster: ends its backends, which notice its end only when they are idle (never when paused) and
 * hold the shared memory that a new server needs; and removes the pid file, whose pid another process may have now. Does nothing
 * while the postmaster lives.
 */
export async function cleanUpDeadPostmaster(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  if (process.platform !== 'linux' || !existsSync(file)) return;
  if (processesOf(data).includes(Number(readFileSync(file, 'utf8').split('\n')[0]))) return;
  const deadline = Date.now() + 10_000;
  for (let left = processesOf(data); left.length > 0; left = processesOf(data)) {
    if (Date.now() > deadline)
      throw new Error(`processes of a killed PostgreSQL do not end: ${left.join(', ')}; stop them, then try again`);
    signalAll(data, 'SIGKILL');
    await pause(10);
  }
  rmSync(file);
}

/** Sends a signal to every process of the server on a data folder. Does nothing on systems without /proc. */
export function signalAll(data: string, signal: NodeJS.Signals): void {
  for (const pid of processesOf(data)) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has ended meanwhile
    }
  }
}

/** The processes that run PostgreSQL's program in the folder. */
function processesOf(data: string): number[] {
  if (process.platform !== 'linux') return [];
  const folder = realpathSync(data);
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .filter(
      (pid) =>
        linkTarget(`/proc/${pid}/cwd`) === folder && /\/postgres( \(deleted\))?$/.test(linkTarget(`/proc/${pid}/exe`)),
    )
    .map(Number);
}

/** The target of a link of /proc; empty when the process has ended or belongs to another account. */
function linkTarget(link: string): string {
  try {
    return readlinkSync(link);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(code)) return '';
    throw error;
  }
}
