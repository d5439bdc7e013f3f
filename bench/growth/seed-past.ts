import { topics } from '@tradewind/contracts';
import { kafkaClient, partitionOf, type KafkaClient } from '@tradewind/messaging';
import type { DatabaseName } from '../../tools/ops/gather/database-names.js';
import { rowsOf } from '../ground/databases.js';
import { Progress } from '../ground/progress.js';
import { copiesOf } from './copies.js';
import { PastDatabase, type Batch } from './past-database.js';
import { publishPast } from './publish-past.js';
import { storyTables, type StoryDatabase } from './story-tables.js';

/** Orders a transaction. */
const batchSize = 5_000;
const stories = `select order_id::text as story from orders order by order_id`;
/** Those that tell of an order: its key lies in the same partition of each. */
const telling = [
  topics.orderEvents,
  topics.stockCommands,
  topics.stockEvents,
  topics.paymentCommands,
  topics.paymentEvents,
];
const [partitions, ...others] = new Set(telling.map((topic) => topic.partitions));
const readers = `select consumer, array_agg(distinct topic) as topics from msg_starts where topic = any($1) group by consumer`;

export interface Seeding {
  readonly databases: Readonly<Record<DatabaseName, string>>;
  readonly brokers: string;
  /** How many past orders are to be added. */
  readonly orders: number;
  readonly say: (line: string) => void;
}

/**
 * Gives a shop a past: every order that it has is told again and again, each time as another order some seconds earlier, in all
 * databases and on all topics, until so many are added. The shop must have come to rest, and its services must be stopped.
 */
export async function seedPast({ databases, brokers, orders, say }: Seeding): Promise<void> {
  if (others.length > 0) throw new Error('the topics that tell of orders have not the same number of partitions');
  const models = (await rowsOf<{ story: string }>(databases.order, stories)).map(({ story }) => story);
  let [made, published] = [0, 0];
  const progress = new Progress(say, 'making rows of past orders', () => `, ${made} orders, ${published} records`);
  const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'bench' });
  const opened: PastDatabase[] = [];
  try {
    for (const name of Object.keys(storyTables) as StoryDatabase[])
      opened.push(await PastDatabase.open(name, databases[name], models));
    const times = new Map<string, number>();
    for await (const batch of batches(opened[0]!, models, orders)) {
      await Promise.all(opened.map((database) => database.copy(batch)));
      for (const story of batch.story) times.set(story, (times.get(story) ?? 0) + 1);
      made += batch.story.length;
    }
    await Promise.all(opened.map((database) => database.settle(times)));
    progress.next('publishing what was said about them');
    await Promise.all(
      opened.map(({ name, said }) =>
        publishPast(kafka, name, databases[name], said, (records) => (published += records)),
      ),
    );
    progress.next('setting the positions of all consumers');
    await Promise.all(opened.map(({ name }) => setToEnds(kafka, databases[name])));
  } finally {
    progress.close();
    await Promise.all(opened.map((database) => database.close()));
    await kafka.close();
  }
}

async function* batches(database: PastDatabase, models: readonly string[], orders: number): AsyncGenerator<Batch> {
  for (let from = 0; from < orders; from += batchSize) {
    const copies = copiesOf(models, orders, from, from + batchSize);
    const [story, ago] = [copies.map((copy) => copy.story), copies.map((copy) => copy.ago)];
    const order = await database.ordersOf(story, ago);
    yield { story, order, ago, partition: order.map((key) => partitionOf(key, partitions!)) };
  }
}

/** What is past was heard by everybody. */
async function setToEnds(kafka: KafkaClient, database: string): Promise<void> {
  for (const { consumer, topics: heard } of await rowsOf<{ consumer: string; topics: string[] }>(database, readers, [
    telling.map(({ name }) => name),
  ])) {
    await kafka.setPositions(
      consumer,
      (await kafka.endOffsets(heard)).map(({ topic, partition, end }) => ({ topic, partition, next: end })),
    );
  }
}
