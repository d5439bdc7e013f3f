import { kafkaClient } from '@tradewind/messaging';
import { publishBacklog, type Backlog } from '../articles/backlog.js';
import { serviceOver } from '../articles/service.js';
import { standsAtEnds } from '../articles/standing.js';
import { createTables } from '../articles/tables.js';
import type { Told } from '../articles/tally.js';
import { Child } from '../ground/child.js';
import { createDatabase, rowsOf } from '../ground/databases.js';
import type { Platform } from '../ground/platform.js';
import { until } from '../ground/until.js';

/** Milliseconds for all that waits. */
const within = 1_800_000;

/** A service that has handled everything there was: one process, which goes on until it is told to stop. */
export interface Living {
  readonly service: string;
  readonly backlog: Backlog;
  readonly url: string;
  stop(): Promise<void>;
}

/** Publishes a backlog and has a service handle it, and publish what it says because of it. */
export async function live(platform: Platform, backlog: Backlog): Promise<Living> {
  const service = `bench-${backlog.work}`;
  const { group, answers } = serviceOver(backlog.work, service, backlog.topic);
  const kafka = kafkaClient({ brokers: platform.brokers.split(','), clientId: 'bench' });
  try {
    await publishBacklog(kafka, backlog);
    if (answers) await kafka.provision([answers]);
    const url = await createDatabase(platform.postgresUrl, service.replaceAll('-', '_'));
    await createTables(url);
    const consumer = new Child<Told>(
      service,
      new URL('../articles/consumer.js', import.meta.url),
      environmentOf(platform, service, backlog, url),
    );
    try {
      await until(
        'everything is handled',
        () => {
          consumer.check();
          return standsAtEnds(kafka, group, backlog.topic.name);
        },
        within,
      );
      await until(
        'what was said is published',
        async () => (await rowsOf(url, 'select 1 from msg_outbox limit 1')).length === 0,
        within,
      );
    } catch (error) {
      await consumer.stop();
      throw error;
    }
    return { service, backlog, url, stop: () => consumer.stop() };
  } finally {
    await kafka.close();
  }
}

/** What every program of a service finds its work by. */
export const environmentOf = (
  platform: Platform,
  service: string,
  { work, topic }: Backlog,
  url: string,
): Record<string, string> => ({
  DATABASE_URL: url,
  KAFKA_BROKERS: platform.brokers,
  SERVICE: service,
  WORK: work,
  TOPIC: topic.name,
  PARTITIONS: String(topic.partitions),
});
