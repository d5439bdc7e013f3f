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
/** Milliseconds in which what is to be told is gathered: a word for each would cost a consumer more than some of its work. */
const gathering = 20;
let gathered: Told[] = [];
const tell = (told: Told): void => void gathered.push(told);
/** A parent that is gone hears nothing, and is told of by `disconnect`. */
const telling = setInterval(() => {
  if (gathered.length > 0 && process.connected) process.send?.(gathered, undefined, undefined, () => undefined);
  gathered = [];
}, gathering);

const dataSource = await new DataSource({ type: 'postgres', url, extra: { max: 6, pipeline: true } }).initialize();
const store = new PostgresStore(dataSource);
const kafka = kafkaClient({ brokers: brokers.split(','), clientId });
const parts = new MessagingParts(
  { service: group, contracts, lockOrder: [DoneJobs], effectsAbreast: abreast },
  {
    store,
    kafka: overheard(kafka),
    world: systemWorld,
    log: (level, message, detail) => void (level === 'error' && console.error(message, detail)),
    onFatal,
  },
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
  clearInterval(telling);
  if (gathered.length > 0 && process.connected)
    await new Promise<void>((resolve) => void process.send!(gathered, undefined, undefined, () => resolve()));
  process.exit();
}

function onFatal(error: Error): void {
  console.error(error);
  process.exit(1);
}

/** The same client, that also tells what the group is given and handed. */
function overheard(client: KafkaClient): KafkaClient {
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
