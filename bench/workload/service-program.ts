import type { DataSource } from 'typeorm';
import type { KafkaClient } from '@tradewind/messaging';
import { MessagingRuntime, PostgresStore, systemPorts } from '@tradewind/messaging/internals';
import { connectKafka } from '../environment/kafka.js';
import { exitOnError, logProblem, readConnections, setting } from '../environment/program.js';
import type { Platform } from '../environment/platform.js';
import { backlogTopic, workloads, type Backlog } from './backlog.js';
import { openDataSource } from './tables.js';
import type { Service, ServiceOptions, WorkloadName } from './workload.js';

/** The settings of a program that runs a service; `openServiceProgram` reads them. */
export const serviceSettings = (
  { brokers }: Pick<Platform, 'brokers'>,
  service: string,
  { workload, topic }: Pick<Backlog, 'workload' | 'topic'>,
  url: string,
): Record<string, string> => ({
  DATABASE_URL: url,
  KAFKA_BROKERS: brokers,
  SERVICE: service,
  WORKLOAD: workload,
  TOPIC: topic.name,
  PARTITIONS: String(topic.partitions),
});

export interface ServiceProgram extends Service {
  readonly dataSource: DataSource;
  readonly kafka: KafkaClient;
  readonly store: PostgresStore;
  readonly runtime: MessagingRuntime;
  close(): Promise<void>;
}

/** Opens a service with the library as it is deployed. Nothing runs yet. */
export async function openServiceProgram(options?: ServiceOptions): Promise<ServiceProgram> {
  const { url, brokers } = readConnections();
  const topic = backlogTopic(setting('TOPIC'), Number(setting('PARTITIONS')));
  const service = workloads[setting('WORKLOAD') as WorkloadName].service(setting('SERVICE'), topic, options);
  const dataSource = await openDataSource(url);
  const kafka = connectKafka(brokers);
  const store = new PostgresStore(dataSource);
  const environment = { store, kafka, ports: systemPorts, log: logProblem, onFatal: exitOnError };
  const runtime = new MessagingRuntime(service.options, environment, () => []);
  runtime.addController(service.controller);
  const close = async (): Promise<void> => {
    await kafka.close();
    await dataSource.destroy();
  };
  return { ...service, dataSource, kafka, store, runtime, close };
}
