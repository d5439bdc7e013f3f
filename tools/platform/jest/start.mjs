import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { platformIsStale } from '../preflight/build.mjs';
import { fetchKafkaJars } from '../preflight/kafka-jars.mjs';
import { withProgress } from '../preflight/progress.mjs';
import { run } from '../preflight/run.mjs';

const root = join(import.meta.dirname, '../../..');

/** Starts a PostgreSQL and a Kafka for the tests and sets TEST_DATABASE_URL and TEST_KAFKA_BROKERS, unless both are set. */
export default async function start() {
  if (process.env.TEST_DATABASE_URL && process.env.TEST_KAFKA_BROKERS) return;
  await fetchKafkaJars(root);
  if (platformIsStale(root)) {
    // Compile errors elsewhere in tools/ are ignored: the platform's files are emitted anyway.
    await withProgress('compiling tools', () =>
      run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', 'tools'], { cwd: root }),
    );
  }
  const host = spawn(process.execPath, [join(root, 'dist/tools/platform/jest/host.js')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  globalThis.tradewindPlatform = host;
  const first = await withProgress('starting PostgreSQL and Kafka for the tests', () => firstLine(host));
  const { databaseUrl, kafkaBrokers } = JSON.parse(first);
  process.env.TEST_DATABASE_URL = databaseUrl;
  process.env.TEST_KAFKA_BROKERS = kafkaBrokers;
}

function firstLine(host) {
  return new Promise((resolve, reject) => {
    createInterface(host.stdout).once('line', resolve);
    host.once('error', reject);
    host.once('exit', () => reject(new Error('PostgreSQL and Kafka did not start; see the output above')));
  });
}
