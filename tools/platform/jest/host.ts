import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startKafka } from '../kafka/start-kafka.js';
import { startPostgres } from '../postgres/start-postgres.js';
import { endLeftovers, removeState, temporaryFolder } from '../process/temporary-folder.js';
import { freePorts } from '../process/ports.js';

/*
 * Starts one PostgreSQL and one Kafka for one test run, in a temporary folder. Runs as its own process: when its standard input
 * ends, the test run has ended, for any reason, and everything is stopped and removed.
 */
const folder = await temporaryFolder();
const testRunEnded = new Promise<void>((resolve) => {
  process.stdin.once('end', resolve).once('close', resolve).resume();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
});

try {
  const [port = 0, kafkaPort = 0, controllerPort = 0] = await freePorts(3);
  const platform = Promise.all([
    startPostgres({
      dataDir: join(folder, 'postgres'),
      port,
      password: randomBytes(12).toString('base64url'),
      logFile: join(folder, 'postgres.log'),
      settings: { fsync: 'off', shared_buffers: '128MB' }, // temporary data; without fsync a killed process still loses nothing
    }),
    startKafka({
      dataDir: join(folder, 'kafka'),
      port: kafkaPort,
      controllerPort,
      logFile: join(folder, 'kafka.log'),
      shortLived: true,
    }),
  ]);
  const started = await Promise.race([platform, testRunEnded]);
  if (started) {
    const [postgres, kafka] = started;
    process.stdout.write(`${JSON.stringify({ databaseUrl: postgres.adminUrl, kafkaBrokers: kafka.brokers })}\n`);
    await testRunEnded;
    await Promise.all([kafka.stop(), postgres.process.stop(['SIGQUIT', 5_000])]);
  }
} finally {
  await endLeftovers(folder);
  removeState(folder);
}
process.exit();
