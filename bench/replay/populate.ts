import { Child } from '../environment/child.js';
import { query } from '../environment/databases.js';
import { connectKafka, hasCommittedAll } from '../environment/kafka.js';
import type { Platform } from '../environment/platform.js';
import { waitUntil } from '../environment/wait.js';
import { publishBacklog, workloads, type Backlog } from '../workload/backlog.js';
import type { ConsumerMessage } from '../workload/consumer-count.js';
import { serviceSettings } from '../workload/service-program.js';
import { createServiceDatabase } from '../workload/tables.js';

/** Milliseconds to handle the whole backlog. */
const handleTimeout = 1_800_000;

/** A service that has handled its backlog; its process runs until it is stopped. */
export interface PopulatedService {
  readonly service: string;
  readonly backlog: Backlog;
  readonly url: string;
  stop(): Promise<void>;
}

/** Publishes a backlog, and waits until a service has handled it and published its own events. */
export async function populate(platform: Platform, backlog: Backlog): Promise<PopulatedService> {
  const service = `bench-${backlog.workload}`;
  const { group, events } = workloads[backlog.workload].service(service, backlog.topic);
  const kafka = connectKafka(platform.brokers);
  await publishBacklog(kafka, backlog);
  if (events) await kafka.provision([events]);
  const url = await createServiceDatabase(platform.postgresUrl, service);
  const file = new URL('../workload/consumer.js', import.meta.url);
  const env = serviceSettings(platform, service, backlog, url);
  const consumer = new Child<ConsumerMessage>({ name: service, file, env });
  const isHandled = (): Promise<boolean> => {
    consumer.check();
    return hasCommittedAll(kafka, group, backlog.topic.name);
  };
  await waitUntil('everything is handled', isHandled, handleTimeout);
  const isPublished = async (): Promise<boolean> => (await query(url, 'select 1 from msg_outbox limit 1')).length === 0;
  await waitUntil('the outbox is empty', isPublished, handleTimeout);
  await kafka.close();
  return { service, backlog, url, stop: () => consumer.stop() };
}
