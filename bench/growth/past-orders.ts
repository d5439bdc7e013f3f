import { topics } from '@tradewind/contracts';
import type { KafkaClient } from '@tradewind/messaging';
import { partitionOf } from '@tradewind/messaging/internals';
import type { DatabaseService } from '../../tools/services.js';
import { query } from '../environment/databases.js';
import { connectKafka } from '../environment/kafka.js';
import { Progress } from '../environment/log.js';
import { copiedTables, type CopiedDatabase } from './copied-tables.js';
import { copiesOf } from './copies.js';
import { PastDatabase, type Batch } from './past-database.js';
import { publishArchive } from './publish-archive.js';

/** Orders of one transaction. */
const batchSize = 5_000;
const templateIds = `select order_id::text as id from orders order by order_id`;
/** Topics with messages of an order; its key has the same partition on each. */
const { orderEvents, stockCommands, stockEvents, paymentCommands, paymentEvents } = topics;
const orderTopics = [orderEvents, stockCommands, stockEvents, paymentCommands, paymentEvents];
const [partitionCount, ...otherCounts] = new Set(orderTopics.map((topic) => topic.partitions));
const consumers = `select consumer, array_agg(distinct topic) as topics from msg_consumer_starts where topic = any($1) group by consumer`;

export interface PastOrders {
  readonly databases: Readonly<Record<DatabaseService, string>>;
  readonly brokers: string;
  /** How many past orders are added. */
  readonly orders: number;
  readonly log: (line: string) => void;
}

/**
 * Adds past orders to a shop: copies of the orders that it has, each some seconds earlier, in all databases and on all topics. The shop must be
 * idle and its services stopped.
 */
export async function addPastOrders({ databases, brokers, orders, log }: PastOrders): Promise<void> {
  if (otherCounts.length > 0) throw new Error('the topics of orders have different numbers of partitions');
  const templates = (await query<{ id: string }>(databases.order, templateIds)).map(({ id }) => id);
  let [copied, published] = [0, 0];
  const progress = new Progress(log, () => `, ${copied} orders, ${published} records`);
  const kafka = connectKafka(brokers);
  const opened: PastDatabase[] = [];
  try {
    progress.next('inserting past orders');
    for (const name of Object.keys(copiedTables) as CopiedDatabase[])
      opened.push(await PastDatabase.open(name, databases[name], templates));
    const copies = new Map<string, number>();
    for await (const batch of batches(opened[0]!, templates, orders)) {
      await Promise.all(opened.map((database) => database.copy(batch)));
      for (const template of batch.templates) copies.set(template, (copies.get(template) ?? 0) + 1);
      copied += batch.templates.length;
    }
    await Promise.all(opened.map((database) => database.finish(copies)));
    progress.next('publishing their messages');
    const onPublished = (records: number): void => void (published += records);
    await Promise.all(
      opened.map(({ name, lastPosition }) => publishArchive(kafka, name, databases[name], lastPosition, onPublished)),
    );
    progress.next('setting the offsets of all consumers');
    await Promise.all(opened.map(({ name }) => setOffsetsToEnd(kafka, databases[name])));
  } finally {
    progress.close();
    await Promise.all(opened.map((database) => database.close()));
    await kafka.close();
  }
}

async function* batches(database: PastDatabase, all: readonly string[], orders: number): AsyncGenerator<Batch> {
  for (let from = 0; from < orders; from += batchSize) {
    const copies = copiesOf(all, orders, from, from + batchSize);
    const templates = copies.map(({ template }) => template);
    const seconds = copies.map(({ secondsEarlier }) => secondsEarlier);
    const ids = await database.orderIdsOf(templates, seconds);
    yield { templates, orders: ids, seconds, partitions: ids.map((key) => partitionOf(key, partitionCount!)) };
  }
}

/** All consumers have handled the past orders. */
async function setOffsetsToEnd(kafka: KafkaClient, database: string): Promise<void> {
  const names = orderTopics.map(({ name }) => name);
  for (const row of await query<{ consumer: string; topics: string[] }>(database, consumers, [names])) {
    const ends = await kafka.endOffsets(row.topics);
    await kafka.setOffsets(
      row.consumer,
      ends.map(({ topic, partition, end }) => ({ topic, partition, offset: end })),
    );
  }
}
