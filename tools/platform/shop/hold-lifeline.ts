import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { root } from '../process/places.js';

/** A small process that clears a temporary shop away when this one vanishes without a word, as a killed test does. */
export function holdLifeline(folder: string): { letGo(): void } {
  const child = spawn(process.execPath, [join(root, 'dist/tools/platform/shop/lifeline.js'), folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.on('error', () => undefined); // without it a killed test leaves its shop to the next test's sweep
  child.unref();
  (child.stdin as Socket).unref();
  return { letGo: () => child.stdin.destroy() };
}
