import { chmodSync, lstatSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endLeftover, livingPid, writePidFile } from './pid-file.js';

const prefix = 'tradewind-test-';
const ownerFile = 'owner.pid';

/** A folder that belongs to this process; what dead owners have left behind, processes too, is cleared away first. */
export async function temporaryFolder(): Promise<string> {
  await clearAbandoned();
  const folder = mkdtempSync(join(realpathSync(tmpdir()), prefix));
  chmodSync(folder, 0o755); // root's PostgreSQL runs as somebody else, who must be able to come in
  writePidFile(join(folder, ownerFile), process.pid);
  return folder;
}

/** Removes a folder of state, and the public places that links in it lead to (see postgres/account.ts). */
export function removeState(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink() && statSync(path, { throwIfNoEntry: false }))
      rmSync(realpathSync(path), { recursive: true });
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Ends every process that a pid file below the folder remembers. */
export async function endLeftovers(folder: string): Promise<string[]> {
  const files = pidFilesBelow(folder);
  const ended = await Promise.all(
    files.map(async (file) => ((await endLeftover(file, 'SIGTERM', 10_000)) ? [file] : [])),
  );
  return ended.flat();
}

/** Kills every process that a pid file below the folder remembers, at once and without asking. */
export function killEverything(folder: string): void {
  for (const file of pidFilesBelow(folder)) {
    const pid = livingPid(file);
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  }
}

async function clearAbandoned(): Promise<void> {
  const place = realpathSync(tmpdir());
  for (const name of readdirSync(place).filter((entry) => entry.startsWith(prefix))) {
    const folder = join(place, name);
    const about = lstatSync(folder, { throwIfNoEntry: false });
    const mine = about?.isDirectory() && about.uid === process.getuid?.();
    const young = about && Date.now() - about.ctimeMs < 60_000;
    if (!mine || young || livingPid(join(folder, ownerFile)) !== undefined) continue;
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
