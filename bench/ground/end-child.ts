import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Milliseconds until one that was asked to end must be ended. */
const endingWithin = 15_000;

/** Ends a process by SIGTERM, and by SIGKILL where it takes too long; one that has ended already is left alone. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), endingWithin);
  await over;
  clearTimeout(timer);
}
