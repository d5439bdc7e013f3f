import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * What kill -9 of the postmaster leaves: backends that notice only when they are next idle (a paused one never does), and
 * hold on to the shared memory without which no successor starts; and a pid file whose pid may be somebody else's by now.
 * Ends the one and removes the other. A postmaster that lives is left alone, with all that it has.
 */
export async function clearAfterDeadPostmaster(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  if (process.platform !== 'linux' || !existsSync(file)) return;
  if (processesOf(data).includes(Number(readFileSync(file, 'utf8').split('\n')[0]))) return;
  const deadline = Date.now() + 10_000;
  for (let left = processesOf(data); left.length > 0; left = processesOf(data)) {
    if (Date.now() > deadline)
      throw new Error(`processes of a dead PostgreSQL do not end: ${left.join(', ')}; stop them, then try again`);
    signalAll(data, 'SIGKILL');
    await pause(10);
  }
  rmSync(file);
}

/** Every process that serves a data folder. Nothing where the system has no /proc. */
export function signalAll(data: string, signal: NodeJS.Signals): void {
  for (const pid of processesOf(data)) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has gone in the meantime
    }
  }
}

/** PostgreSQL's processes are those that run its program and work in its folder; a shell that somebody opened there is none. */
function processesOf(data: string): number[] {
  if (process.platform !== 'linux') return [];
  const folder = realpathSync(data);
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .filter(
      (pid) => target(`/proc/${pid}/cwd`) === folder && /\/postgres( \(deleted\))?$/.test(target(`/proc/${pid}/exe`)),
    )
    .map(Number);
}

/** Where a link of /proc leads; nowhere when its process is dead or another account's. */
function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(code)) return '';
    throw error;
  }
}
