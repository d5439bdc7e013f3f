import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Ends a process by SIGTERM, and by SIGKILL where that takes more than so many milliseconds; one that has ended already is left alone. */
export async function endChild(child: ChildProcess, within = 15_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), within);
  await over;
  clearTimeout(timer);
}
