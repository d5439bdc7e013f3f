import type { KafkaClient } from '@tradewind/messaging';
import type { Log, MessagingRuntime, RuntimePorts, Store } from '@tradewind/messaging/internals';
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
