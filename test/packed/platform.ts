import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../../tools/platform/process/places.js';

/** A PostgreSQL and a Kafka of the test's own. */
export interface Platform {
  /** The administrator's, of an empty database. */
  readonly databaseUrl: string;
  readonly kafkaBrokers: string;
  end(): Promise<void>;
}

/** They live in a process that goes when this one does. */
export async function aPlatform(): Promise<Platform> {
  const host = spawn(process.execPath, [join(root, 'dist/tools/platform/jest/host.js')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const gone = once(host, 'exit');
  const first = await Promise.race([once(createInterface(host.stdout), 'line'), gone]);
  if (typeof first[0] !== 'string') throw new Error('PostgreSQL and Kafka did not start; the reason stands above');
  return {
    ...(JSON.parse(first[0]) as { databaseUrl: string; kafkaBrokers: string }),
    async end() {
      host.stdin.end();
      await gone;
    },
  };
}
