import type { KafkaClient } from '@tradewind/messaging';
import {
  MessagingRuntime,
  PostgresStore,
  systemPorts,
  type AnyEffect,
  type MessagingOptions,
} from '@tradewind/messaging/internals';
import type { DataSource } from 'typeorm';
import { openDataSource, type Migrations } from './databases.js';
import { connectKafka } from './kafka.js';
import { exitOnError, logProblem, onStop, readConnections } from './program.js';

export interface Runtime {
  readonly dataSource: DataSource;
  readonly store: PostgresStore;
  readonly kafka: KafkaClient;
  readonly runtime: MessagingRuntime;
}

interface RuntimeSettings {
  readonly log?: typeof logProblem;
  readonly effects?: readonly AnyEffect[];
  /** With which a rebuild creates tables. */
  readonly migrations?: Migrations;
}

/** The library in a program of its own, as it is deployed; nothing runs yet. It ends when the program is stopped. */
export async function openRuntime(
  options: MessagingOptions,
  { log = logProblem, effects = [], migrations = [] }: RuntimeSettings = {},
): Promise<Runtime> {
  const { url, brokers } = readConnections();
  const dataSource = await openDataSource(url, { migrations });
  const [store, kafka] = [new PostgresStore(dataSource), connectKafka(brokers)];
  const environment = { store, kafka, ports: systemPorts, log, onFatal: exitOnError };
  const runtime = new MessagingRuntime(options, environment, () => effects);
  onStop(async () => {
    await runtime.stopConsuming();
    await runtime.stop();
    await kafka.close();
    await dataSource.destroy();
  });
  return { dataSource, store, kafka, runtime };
}

/** Handles what arrives; an error ends the program. */
export async function consume({ runtime }: Runtime, controller: object): Promise<void> {
  runtime.addController(controller);
  await runtime.start();
  runtime.transport.listen((error) => error && exitOnError(error));
}
