import type { KafkaClient } from '@tradewind/messaging';
import type {
  Log,
  MessagingOptions,
  MessagingRuntime,
  RuntimePorts,
  ServiceDescription,
  Store,
} from '@tradewind/messaging/internals';
import type { DataSource } from 'typeorm';
import type { Recovery } from '../recovery/index.js';

/** The service's own code on its own database and broker. Nothing of it is started. */
export interface OperationContext {
  readonly service: string;
  readonly messaging: MessagingOptions;
  /** Undefined where the service cannot be recovered from its messages. */
  readonly recovery: Recovery | undefined;
  readonly dataSource: DataSource;
  readonly store: Store;
  readonly kafka: KafkaClient;
  readonly ports: RuntimePorts;
  readonly log: Log;
  /** Handlers and their runner; no consumer, relay or worker runs. */
  readonly runtime: MessagingRuntime;
  /** What the service is. */
  readonly describe: () => ServiceDescription;
  /** Reports progress, one line at a time. */
  readonly report: (line: string) => void;
  /** Aborted when the operator stops the operation. */
  readonly signal: AbortSignal;
  /** The table in which TypeORM records migrations. */
  readonly migrationsTable: string;
  applyMigrations(dataSource: DataSource): Promise<void>;
  /** Connections whose statements have no timeout, with the application name of `dataSource`. */
  openWithoutTimeout(): Promise<DataSource>;
}
