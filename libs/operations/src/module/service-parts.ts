import type { KafkaClient, Log, MessagingRuntime, RuntimePorts, Store } from '@tradewind/messaging';
import type { DataSource } from 'typeorm';

/** What operations on one service need of it. */
export interface ServiceParts {
  readonly runtime: MessagingRuntime;
  readonly dataSource: DataSource;
  readonly store: Store;
  readonly kafka: KafkaClient;
  readonly ports: RuntimePorts;
  readonly log: Log;
}
