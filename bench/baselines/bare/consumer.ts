import kafkajs from 'kafkajs';
import type pg from 'pg';
import type { Topic } from '@tradewind/messaging';
import { run, statement, transaction } from './database.js';

/** Records of one transaction. */
const batchSize = 1_000;
/** Milliseconds. Long, because no other member can take over. */
const sessionTimeout = 60_000;

export interface Message {
  readonly id: string;
  readonly type: string;
  readonly topic: string;
  readonly orderId: string;
  readonly body: unknown;
}

/** Adds messages to the inbox of a consumer. Returns the ids that were new. */
const mark = statement(`
insert into msg_inbox (consumer, message_id, ordering_key) select $1, id, key from unnest($2::uuid[], $3::text[]) as m(id, key) order by id
on conflict (consumer, message_id) do nothing returning message_id as id`);

/** Handles the new messages of a batch in one transaction. */
export const handleNew = (
  pool: pg.Pool,
  consumer: string,
  batch: readonly Message[],
  handle: (client: pg.PoolClient, messages: readonly Message[]) => Promise<unknown>,
): Promise<unknown> =>
  transaction(pool, async (client) => {
    const keys = batch.map(({ topic, orderId }) => `${topic}\n${orderId}`);
    const marked = await run<{ id: string }>(client, mark, [consumer, batch.map(({ id }) => id), keys]);
    const fresh = new Set(marked.map(({ id }) => id));
    const messages = batch.filter(({ id }) => fresh.delete(id));
    return handle(client, messages);
  });

export interface ConsumerOptions {
  readonly brokers: string;
  readonly group: string;
  readonly topics: readonly Topic[];
  /** Message types that are skipped. */
  readonly ignored: readonly string[];
  /** One transaction. An error in it ends the process. */
  readonly handle: (batch: readonly Message[]) => Promise<void>;
}

/**
 * Handles all waiting records of all partitions in one transaction at a time, and commits the offsets after it. Resolves when all partitions are
 * assigned; the result closes it.
 */
export async function consume({
  brokers,
  group,
  topics,
  ignored,
  handle,
}: ConsumerOptions): Promise<() => Promise<void>> {
  const skipped = new Set(ignored);
  const queue: { message: Message | undefined; topic: string; partition: number; offset: number }[] = [];
  let [running, committed, isClosing] = [Promise.resolve(), Promise.resolve(), false];
  const { ERROR } = kafkajs.logLevel;
  const consumer = new kafkajs.Kafka({ clientId: group, brokers: brokers.split(','), logLevel: ERROR }).consumer({
    groupId: group,
    sessionTimeout,
    maxWaitTimeInMs: 1_000,
    maxBytesPerPartition: 4 * 1024 * 1024,
    allowAutoTopicCreation: false,
  });
  const handleAll = async (): Promise<void> => {
    while (queue.length > 0 && !isClosing) {
      const received = queue.splice(0, batchSize);
      const batch = received.flatMap(({ message }) => message ?? []);
      if (batch.length > 0) await handle(batch);
      const next = new Map(
        received.map(({ topic, partition, offset }) => [
          `${topic}:${partition}`,
          { topic, partition, offset: String(offset + 1) },
        ]),
      );
      // the next transaction does not wait for the broker: the inbox recognizes repeated records
      committed = committed.then(() => consumer.commitOffsets([...next.values()]));
    }
  };
  const expected = topics.reduce((sum, { partitions }) => sum + partitions, 0);
  const joined = new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      const assigned = Object.values(memberAssignment).flat().length;
      if (assigned === expected) resolve();
      else reject(new Error(`${group} has ${assigned} of ${expected} partitions`)); // orders of the others would wait for ever
    });
  });
  await consumer.connect();
  await consumer.subscribe({ topics: topics.map(({ name }) => name), fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: ({ batch: { messages, topic, partition } }) => {
      for (const { offset, key, value, headers } of messages) {
        const [id, type] = [String(headers!['ce_id']), String(headers!['ce_type'])];
        const message = skipped.has(type)
          ? undefined
          : { id, type, topic, orderId: String(key), body: JSON.parse(String(value)) as unknown };
        queue.push({ message, topic, partition, offset: Number(offset) });
      }
      running = running.then(handleAll);
      return Promise.resolve();
    },
  });
  await joined;
  return async () => {
    isClosing = true;
    await running;
    await committed;
    await consumer.disconnect();
  };
}
