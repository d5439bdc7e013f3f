import 'reflect-metadata';
import { kafkaClient, MessagingParts, PostgresStore, systemWorld, type KafkaClient } from '@tradewind/messaging';
import { DataSource } from 'typeorm';
import { abreast, Call, contracts, DoneJobs, group, JobHandler } from './job.js';
import type { Told } from './told.js';

/*
 * One consumer: a process of its own with the library as it is, on the database and the brokers of its environment. It tells its
 * parent what it was handed and what it called; SIGTERM ends it in good order, and so does a parent that is gone.
 */
const { DATABASE_URL: url = '', KAFKA_BROKERS: brokers = '', CONSUMER: clientId = '' } = process.env;
/** A parent that is gone hears nothing, and is told of by `disconnect`. */
const tell = (told: Told): void => void (process.connected && process.send?.(told, undefined, undefined, () => undefined));

const dataSource = await new DataSource({ type: 'postgres', url, extra: { max: 6 } }).initialize();
const store = new PostgresStore(dataSource);
const kafka = kafkaClient({ brokers: brokers.split(','), clientId });
const parts = new MessagingParts(
  { service: group, contracts, lockOrder: [DoneJobs], effectsAbreast: abreast },
  { store, kafka: telling(kafka), world: systemWorld, log: (level, message, detail) => void (level === 'error' && console.error(message, detail)), onFatal },
  () => [new Call((called) => tell({ called }))],
);
parts.hear(new JobHandler());
parts.runner.onCommitted(({ changes }) => changes.length > 0 && tell({ settled: changes.length }));
parts.transport.listen((error) => error && onFatal(error));
parts.start();

let ending: Promise<void> | undefined;
for (const word of ['SIGTERM', 'disconnect'] as const) process.on(word, () => void (ending ??= end()));

async function end(): Promise<void> {
  await parts.leave();
  await parts.finish();
  await kafka.close();
  await dataSource.destroy();
  process.exit();
}

function onFatal(error: Error): void {
  console.error(error);
  process.exit(1);
}

/** The same client, that also tells what the group is given and handed. */
function telling(client: KafkaClient): KafkaClient {
  const subscribe: KafkaClient['subscribe'] = (options) =>
    client.subscribe({
      ...options,
      onAssigned: (partitions) => {
        tell({ assigned: partitions.length, at: Date.now() });
        options.onAssigned(partitions);
      },
      onRecords: (records) => {
        tell({ handed: records.map(({ partition, offset }) => [partition, Number(offset)] as const), at: Date.now() });
        options.onRecords(records);
      },
    });
  return new Proxy(client, {
    get: (target, property) => {
      if (property === 'subscribe') return subscribe;
      const own = Reflect.get(target, property, target) as unknown;
      return typeof own === 'function' ? (own.bind(target) as unknown) : own;
    },
  });
}
