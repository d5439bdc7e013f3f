import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { birthOf, livingPid, removePidFile } from '../process/pid-file.js';
import { endLeftovers, temporaryFolder } from '../process/temporary-folder.js';

/** The one folder that a shop keeps everything in. */
export interface StateFolder {
  readonly path: string;
  readonly postgres: string;
  readonly kafka: string;
  readonly secretsFile: string;
  /** Where everything is: addresses, databases, files. For the tools that look into a running shop. */
  readonly shopFile: string;
  readonly providerLog: string;
  readonly instancesFile: string;
  /** Where the supervisor is told to run another number of instances. */
  readonly scaleSocket: string;
  log(name: string): string;
  pidFile(name: string): string;
}

export function stateFolder(path: string): StateFolder {
  return {
    path,
    postgres: join(path, 'postgres'),
    kafka: join(path, 'kafka'),
    secretsFile: join(path, 'secrets.json'),
    shopFile: join(path, 'shop.json'),
    providerLog: join(path, 'provider.log'),
    instancesFile: join(path, 'instances.json'),
    scaleSocket: join(path, 'run', 'scale.sock'),
    log: (name) => join(path, 'logs', `${name}.log`),
    pidFile: (name) => join(path, 'run', `${name}.pid`),
  };
}

const owner = (path: string): string => join(path, 'owner.pid');

/** The pid of the shop that runs on the folder, if one does. */
export function ownerOf(path: string): number | undefined {
  return livingPid(owner(path));
}

/** Makes the folder this process's own. One shop a folder: a second is refused; what a killed one left running is ended. */
export async function claim(path: string): Promise<StateFolder> {
  makeRooms(path);
  if (existsSync(owner(path)) && ownerOf(path) === undefined) removePidFile(owner(path));
  try {
    writeFileSync(owner(path), `${process.pid} ${birthOf(process.pid)}\n`, { flag: 'wx' });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EACCES' || code === 'EPERM')
      throw new Error(
        `${path} belongs to another account; start as that one, or set TRADEWIND_STATE to a folder of yours`,
      );
    if (code !== 'EEXIST' || ownerOf(path) === process.pid) throw error;
    throw new Error(
      `a shop is already running on ${path} (process ${ownerOf(path)}); stop it with Ctrl-C where it was started, or set TRADEWIND_STATE to another folder`,
    );
  }
  await endLeftovers(path);
  return stateFolder(path);
}

/** A folder for one test, below the system's temporary folder. */
export async function claimTemporary(): Promise<StateFolder> {
  const path = await temporaryFolder();
  makeRooms(path);
  return stateFolder(path);
}

export function release(path: string): void {
  removePidFile(owner(path));
}

function makeRooms(path: string): void {
  for (const room of ['logs', 'run']) mkdirSync(join(path, room), { recursive: true });
  if (process.getuid?.() === 0) chmodSync(path, 0o711); // root's PostgreSQL runs as somebody else, who must be able to come in
}
