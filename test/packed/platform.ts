import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../../tools/platform/process/paths.js';

/** A PostgreSQL and a Kafka for one test. */
export interface Platform {
  /** The administrator's URL of an empty database. */
  readonly databaseUrl: string;
  readonly kafkaBrokers: string;
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
  return {
    ...(JSON.parse(first[0]) as { databaseUrl: string; kafkaBrokers: string }),
    async stop() {
      host.stdin.end();
      await exited;
    },
  };
}
