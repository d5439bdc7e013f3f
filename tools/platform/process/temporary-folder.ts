import { chmodSync, lstatSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endLeftover, livingPid, writePidFile } from './pid-file.js';

const prefix = 'tradewind-test-';
const ownerFile = 'owner.pid';

/** A folder of this process. Folders and processes of dead owners are removed first. */
export async function temporaryFolder(): Promise<string> {
  await clearAbandoned();
  const folder = mkdtempSync(join(realpathSync(tmpdir()), prefix));
  if (process.getuid?.() === 0) chmodSync(folder, 0o711); // started by root, PostgreSQL runs as another account, which must be able to enter
  writePidFile(join(folder, ownerFile), process.pid);
  return folder;
}

/** Removes a state folder, and the public folders that links in it lead to (see postgres/account.ts). */
export function removeState(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink() && statSync(path, { throwIfNoEntry: false }))
      rmSync(realpathSync(path), { recursive: true });
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Ends every process with a pid file below the folder. Returns the files whose process was alive. */
export async function endLeftovers(folder: string): Promise<string[]> {
  const files = pidFilesBelow(folder);
  const ended = await Promise.all(
    files.map(async (file) => ((await endLeftover(file, 'SIGTERM', 10_000)) ? [file] : [])),
  );
  return ended.flat();
}

/** Sends SIGKILL to every process with a pid file below the folder. */
export function killAll(folder: string): void {
  for (const file of pidFilesBelow(folder)) {
    const pid = livingPid(file);
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  }
}

async function clearAbandoned(): Promise<void> {
  const parent = realpathSync(tmpdir());
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(prefix))) {
    const folder = join(parent, name);
    const stat = lstatSync(folder, { throwIfNoEntry: false });
    const isOwn = stat?.isDirectory() && stat.uid === process.getuid?.();
    const isNew = stat && Date.now() - stat.ctimeMs < 60_000; // its owner may not have written its pid file yet
    if (!isOwn || isNew || livingPid(join(folder, ownerFile)) !== undefined) continue;
    await endLeftovers(folder);
    removeState(folder);
  }
}

function pidFilesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isFile() && entry.name.endsWith('.pid') && entry.name !== ownerFile) return [path];
    return entry.isDirectory() && ['run', 'kafka'].includes(entry.name) ? pidFilesBelow(path) : [];
  });
}
