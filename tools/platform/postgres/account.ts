import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** The account that PostgreSQL runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Used when the project is in a folder that the account `postgres` cannot reach, such as root's home. */
const publicFolder = '/var/lib/tradewind';

/** The account `postgres` when this process runs as root, because PostgreSQL refuses to run as root; else undefined. */
export function accountForPostgres(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const known = findAccount('postgres');
  if (known) return known;
  try {
    execFileSync('groupadd', ['--system', '--force', 'postgres']);
    execFileSync('useradd', [
      '--system',
      '--gid',
      'postgres',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      'postgres',
    ]);
  } catch (error) {
    throw new Error(
      `PostgreSQL refuses to run as root and the account "postgres" can't be made (${(error as Error).message}); make it with "useradd --system postgres", or start as an ordinary user`,
    );
  }
  const made = findAccount('postgres');
  if (!made)
    throw new Error(
      'PostgreSQL refuses to run as root and there is no account "postgres"; make it with "useradd --system postgres", or start as an ordinary user',
    );
  return made;
}

/** Creates a folder owned by the account at `path`, or, when the account cannot reach it, in a public folder with a link at `path`. */
export function folderFor(account: Account | undefined, path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  if (!account) {
    if (!existsSync(path)) mkdirSync(path, { mode: 0o700 });
    return realpathSync(path);
  }
  if (!isLink) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chownSync(path, account.uid, account.gid);
    if (canRun(account, 'test -w "$0"', path)) return path;
    rmSync(path, { recursive: true });
  }
  const publicPath = isLink
    ? readlinkSync(path)
    : join(makePublicFolder(), createHash('sha256').update(path).digest('hex').slice(0, 16));
  if (!isLink) symlinkSync(publicPath, path);
  mkdirSync(publicPath, { recursive: true, mode: 0o700 });
  chownSync(publicPath, account.uid, account.gid);
  if (!canRun(account, 'test -w "$0"', publicPath)) {
    throw new Error(
      `the account "postgres" can reach neither ${path} nor ${publicPath}; make one of them reachable (chmod a+x on the folders above it), or start as an ordinary user`,
    );
  }
  return publicPath;
}

/** The folder of PostgreSQL's programs, or a copy in a public folder when the account cannot run them there. */
export function programsFor(account: Account | undefined, native: string, version: string): string {
  if (!account || canRun(account, '"$0" --version', join(native, 'bin/postgres'))) return native;
  const copy = join(makePublicFolder(), `postgres-${version}`);
  if (!existsSync(copy)) {
    const draft = `${copy}.${process.pid}`;
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
    execFileSync('chmod', ['-R', 'a+rX', draft]);
    renameSync(draft, copy);
  }
  if (!canRun(account, '"$0" --version', join(copy, 'bin/postgres'))) {
    throw new Error(
      `the account "postgres" can run PostgreSQL neither in ${native} nor in ${copy}; make one of them reachable, or start as an ordinary user`,
    );
  }
  return copy;
}

function makePublicFolder(): string {
  mkdirSync(publicFolder, { recursive: true });
  chmodSync(publicFolder, 0o755);
  return publicFolder;
}

function canRun(account: Account, script: string, path: string): boolean {
  return (
    spawnSync('/bin/sh', ['-c', `${script} >/dev/null 2>&1`, path], { ...account, cwd: '/', stdio: 'ignore' })
      .status === 0
  );
}

function findAccount(name: string): Account | undefined {
  const [uid, gid] = ['-u', '-g'].map((what) => spawnSync('id', [what, name], { encoding: 'utf8' }));
  if (uid?.status !== 0 || gid?.status !== 0) return undefined;
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}
