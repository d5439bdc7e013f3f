import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { root } from '../process/paths.js';

/** Starts a small process that ends and removes a temporary shop when this process ends without doing so, as a killed test does. */
export function startReaper(folder: string): { release(): void } {
  const child = spawn(process.execPath, [join(root, 'dist/tools/platform/shop/reaper.js'), folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.on('error', () => undefined); // without a reaper, the next test removes what a killed test leaves
  child.unref();
  (child.stdin as Socket).unref();
  return { release: () => child.stdin.destroy() };
}
