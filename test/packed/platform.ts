import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { root } from '../../tools/platform/process/paths.js';

/** A PostgreSQL and a Kafka for one test. */
export interface Platform {
  readonly kafkaBrokers: string;
  /** Creates an empty database and returns its URL. */
  database(name: string): Promise<string>;
  stop(): Promise<void>;
}

/** They run in a child process that ends together with this process. */
export async function aPlatform(): Promise<Platform> {
  const host = spawn(process.execPath, [join(root, 'dist/tools/platform/jest/host.js')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(host, 'exit');
  const first = await Promise.race([once(createInterface(host.stdout), 'line'), exited]);
  if (typeof first[0] !== 'string') throw new Error('PostgreSQL and Kafka did not start; see the output above');
  const { databaseUrl, kafkaBrokers } = JSON.parse(first[0]) as { databaseUrl: string; kafkaBrokers: string };
  return {
    kafkaBrokers,
    async database(name) {
      const client = new pg.Client(databaseUrl);
      await client.connect();
      await client.query(`create database ${client.escapeIdentifier(name)}`);
      await client.end();
      const url = new URL(databaseUrl);
      url.pathname = `/${name}`;
      return url.href;
    },
    async stop() {
      host.stdin.end();
      await exited;
    },
  };
}
