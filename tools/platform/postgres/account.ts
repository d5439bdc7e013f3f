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

/** The account PostgreSQL runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** What root lends to `postgres` when the project itself lies where that account can't go (in /root, say). */
const publicPlace = '/var/lib/tradewind';

/** PostgreSQL refuses to run as root: root starts it as `postgres`. Everybody else starts it as himself. */
export function accountForPostgres(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const known = lookUp('postgres');
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
  const made = lookUp('postgres');
  if (!made)
    throw new Error(
      'PostgreSQL refuses to run as root and there is no account "postgres"; make it with "useradd --system postgres", or start as an ordinary user',
    );
  return made;
}

/** Makes a folder that the account owns, at `wanted` or, where it can't go there, in a public place with a link at `wanted`. */
export function folderFor(account: Account | undefined, wanted: string): string {
  mkdirSync(dirname(wanted), { recursive: true });
  const isLink = lstatSync(wanted, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  if (!account) {
    if (!existsSync(wanted)) mkdirSync(wanted, { mode: 0o700 });
    return realpathSync(wanted);
  }
  if (!isLink) {
    mkdirSync(wanted, { recursive: true, mode: 0o700 });
    chownSync(wanted, account.uid, account.gid);
    if (allowed(account, 'test -w "$0"', wanted)) return wanted;
    rmSync(wanted, { recursive: true });
  }
  const lent = isLink
    ? readlinkSync(wanted)
    : join(openPublicPlace(), createHash('sha256').update(wanted).digest('hex').slice(0, 16));
  if (!isLink) symlinkSync(lent, wanted);
  mkdirSync(lent, { recursive: true, mode: 0o700 });
  chownSync(lent, account.uid, account.gid);
  if (!allowed(account, 'test -w "$0"', lent)) {
    throw new Error(
      `the account "postgres" can reach neither ${wanted} nor ${lent}; make one of them reachable (chmod a+x on the folders above it), or start as an ordinary user`,
    );
  }
  return lent;
}

/** The folder of PostgreSQL's programs, or a copy of it where the account can run them. */
export function programsFor(account: Account | undefined, native: string, version: string): string {
  if (!account || allowed(account, '"$0" --version', join(native, 'bin/postgres'))) return native;
  const copy = join(openPublicPlace(), `postgres-${version}`);
  if (!existsSync(copy)) {
    const draft = `${copy}.${process.pid}`;
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
    execFileSync('chmod', ['-R', 'a+rX', draft]);
    renameSync(draft, copy);
  }
  if (!allowed(account, '"$0" --version', join(copy, 'bin/postgres'))) {
    throw new Error(
      `the account "postgres" can run PostgreSQL neither in ${native} nor in ${copy}; make one of them reachable, or start as an ordinary user`,
    );
  }
  return copy;
}

function openPublicPlace(): string {
  mkdirSync(publicPlace, { recursive: true });
  chmodSync(publicPlace, 0o755);
  return publicPlace;
}

function allowed(account: Account, script: string, path: string): boolean {
  return (
    spawnSync('/bin/sh', ['-c', `${script} >/dev/null 2>&1`, path], { ...account, cwd: '/', stdio: 'ignore' })
      .status === 0
  );
}

function lookUp(name: string): Account | undefined {
  const [uid, gid] = ['-u', '-g'].map((what) => spawnSync('id', [what, name], { encoding: 'utf8' }));
  if (uid?.status !== 0 || gid?.status !== 0) return undefined;
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}
