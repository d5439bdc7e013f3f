import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTimeOf, livingPid, removePidFile } from '../process/pid-file.js';
import { endLeftovers, temporaryFolder } from '../process/temporary-folder.js';

/** The folder of all state of a shop. */
export interface StateFolder {
  readonly path: string;
  readonly postgres: string;
  readonly kafka: string;
  /** The certificates and logins of a Kafka with logins. */
  readonly kafkaLogins: string;
  /** The programs of bundled services. */
  readonly bundles: string;
  readonly secretsFile: string;
  /** Addresses, databases and files of the running shop, for the tools that inspect it. */
  readonly shopFile: string;
  readonly providerLog: string;
  readonly instancesFile: string;
  /** The e-mails that the shop has sent. */
  readonly mailFolder: string;
  /** The verdict of the last audit. */
  readonly auditFile: string;
  /** The socket for changes of the number of instances. */
  readonly scaleSocket: string;
  logFile(name: string): string;
  pidFile(name: string): string;
}

export function stateFolder(path: string): StateFolder {
  return {
    path,
    postgres: join(path, 'postgres'),
    kafka: join(path, 'kafka'),
    kafkaLogins: join(path, 'kafka-logins'),
    bundles: join(path, 'bundles'),
    secretsFile: join(path, 'secrets.json'),
    shopFile: join(path, 'shop.json'),
    providerLog: join(path, 'provider.log'),
    instancesFile: join(path, 'instances.json'),
    mailFolder: join(path, 'mail'),
    auditFile: join(path, 'audit.json'),
    scaleSocket: join(path, 'run', 'scale.sock'),
    logFile: (name) => join(path, 'logs', `${name}.log`),
    pidFile: (name) => join(path, 'run', `${name}.pid`),
  };
}

const ownerFile = (path: string): string => join(path, 'owner.pid');

/** The pid of the shop that runs on the folder, if any. */
export function ownerOf(path: string): number | undefined {
  return livingPid(ownerFile(path));
}

/** Claims the folder for this process. Throws when a shop runs on it; ends the processes that a killed shop has left. */
export async function claimStateFolder(path: string): Promise<StateFolder> {
  makeSubfolders(path);
  if (existsSync(ownerFile(path)) && ownerOf(path) === undefined) removePidFile(ownerFile(path));
  try {
    writeFileSync(ownerFile(path), `${process.pid} ${startTimeOf(process.pid)}\n`, { flag: 'wx' });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EACCES' || code === 'EPERM')
      throw new Error(
        `${path} belongs to another account; start as that account, or set TRADEWIND_STATE to another folder`,
      );
    if (code !== 'EEXIST' || ownerOf(path) === process.pid) throw error;
    throw new Error(
      `a shop is already running on ${path} (process ${ownerOf(path)}); stop it with Ctrl-C where it was started, or set TRADEWIND_STATE to another folder`,
    );
  }
  await endLeftovers(path);
  return stateFolder(path);
}

/** A temporary folder for one test. */
export async function createTemporaryStateFolder(): Promise<StateFolder> {
  const path = await temporaryFolder();
  makeSubfolders(path);
  return stateFolder(path);
}

export function releaseStateFolder(path: string): void {
  removePidFile(ownerFile(path));
}

function makeSubfolders(path: string): void {
  for (const name of ['logs', 'run']) mkdirSync(join(path, name), { recursive: true });
  chmodSync(path, process.getuid?.() === 0 ? 0o711 : 0o700); // started by root, PostgreSQL runs as another account, which must be able to enter
}
